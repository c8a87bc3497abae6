// cuDNN's descriptors, and convolutions as plans made from them: convolution, then residual, bias and Relu as
// far as they are asked for, which is the order that the library has engines for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cuda/private/libraries.h"
#include "runtime/kernel.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// Throws Error (device): what failed, the status, and the library's own words for it.
[[noreturn]] void refuse_cudnn(const Libraries::Cudnn& api, const std::string& what, cudnn::Status status);

// Owns one of cuDNN's descriptors. Throws Error (device) with the library's own words.
class CudnnDescriptor {
 public:
  CudnnDescriptor(const Libraries::Cudnn& api, cudnn::Kind kind);

  template <class T>
  CudnnDescriptor& set(cudnn::Attribute name, cudnn::Element type, std::span<const T> elements) {
    set_bytes(name, type, static_cast<std::int64_t>(elements.size()), elements.data());
    return *this;
  }
  template <class T>
  CudnnDescriptor& set(cudnn::Attribute name, cudnn::Element type, const T& element) {
    set_bytes(name, type, 1, &element);
    return *this;
  }
  CudnnDescriptor& set(cudnn::Attribute name, const CudnnDescriptor& other) {
    return set(name, cudnn::Element::descriptor, other.get());
  }
  CudnnDescriptor& finalize();

  std::int64_t count(cudnn::Attribute name, cudnn::Element type) const;  // of elements
  template <class T>
  std::vector<T> read(cudnn::Attribute name, cudnn::Element type) const {
    std::vector<T> elements(static_cast<std::size_t>(count(name, type)));
    elements.resize(get_bytes(name, type, elements.size(), elements.data()));
    return elements;
  }
  // Fills descriptors that exist already; gives how many of them.
  std::size_t read_descriptors(cudnn::Attribute name, std::span<cudnn::RawDescriptor> to) const {
    return get_bytes(name, cudnn::Element::descriptor, to.size(), to.data());
  }

  const cudnn::RawDescriptor& get() const { return raw_; }

 private:
  void set_bytes(cudnn::Attribute name, cudnn::Element type, std::int64_t count, const void* elements);
  std::size_t get_bytes(cudnn::Attribute name, cudnn::Element type, std::size_t room, void* elements) const;

  const Libraries::Cudnn* api_;
  cudnn::RawDescriptor raw_ = nullptr;
  std::shared_ptr<void> owner_;
};

// cuDNN, and what it knows of the device that plans are for.
struct CudnnDevice {
  std::shared_ptr<const Libraries> libraries;
  CudnnDescriptor properties;

  const Libraries::Cudnn& api() const { return libraries->cudnn; }
};

// For the CUDA device of that number, or the one that is described. Throws Error (device) where cuDNN is
// missing or cannot tell.
std::shared_ptr<const CudnnDevice> open_cudnn(std::shared_ptr<const Libraries> libraries, int device);

// A convolution of pictures whose channels lie last, weights [filters, taps, channels].
struct ConvProblem {
  std::array<std::int64_t, 4> x{}, w{}, y{};  // N C H W; K C/groups R S; N K P Q
  std::int64_t y_pitch = 0;                   // elements from a pixel of y to the next; 0: K
  std::array<std::int64_t, 2> stride{1, 1}, dilation{1, 1}, pads_before{}, pads_after{};
  DType read = DType::f32, written = DType::f32;      // of x and w; of y and the residual
  bool residual = false, bias = false, relu = false;  // the bias is [K] of type `read`
  bool tf32 = false;                                  // float32 factors may be rounded to TF32

  std::string text() const;
};

struct CudnnPlan {
  CudnnDescriptor descriptor;
  std::int64_t engine = 0;  // its number in the library
  std::size_t workspace_bytes = 0;
};

// What a variant pack calls a plan's tensors.
namespace cudnn_ids {
inline constexpr std::int64_t x = 1, w = 2, y = 3, residual = 4, bias = 5;
}

// At most `most` plans, the first ones that the library's heuristics propose and that keep our promises: sums
// in float32, no rounding of float32 inputs unless `tf32`, the same result in every run, no FFT or Winograd
// transform. Else why there is none. Takes milliseconds to seconds.
std::variant<std::vector<CudnnPlan>, Refusal> plan_convolution(const CudnnDevice& device,
                                                               const ConvProblem& problem, int most);

}  // namespace yy::cuda
