// Shapes, element types, memory layouts, and the two ways to hold a tensor: a view (no ownership) and a
// Tensor (shared, immutable once it is published as a constant). All are values; none is synchronised.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yy {

enum class DType : std::uint8_t { f32, f16, bf16, i64, i32, i8, u8, boolean };

std::size_t size_of(DType dtype);       // bytes of one element
bool is_real(DType dtype);              // float32, float16 or bfloat16
std::string_view name_of(DType dtype);  // "float32", "int64", ... as ONNX and numpy spell them

// The dimension of a graph input that is chosen when the graph is compiled (the batch, usually).
inline constexpr std::int64_t unknown_dim = -1;

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<std::int64_t> dims) : dims_(std::move(dims)) {}

  std::size_t rank() const { return dims_.size(); }
  std::int64_t operator[](std::size_t i) const { return dims_[i]; }
  std::int64_t& operator[](std::size_t i) { return dims_[i]; }
  std::span<const std::int64_t> dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }

  bool known() const;             // no dimension is unknown
  std::int64_t elements() const;  // product of the dimensions, 1 for a scalar. Throws Error on an unknown
                                  // dimension and where the product exceeds 2^40 elements.
  std::string text() const;       // "[1,3,224,224]", "?" for an unknown dimension
  bool operator==(const Shape&) const = default;

 private:
  std::vector<std::int64_t> dims_;
};

// How the elements lie in memory. Shapes keep ONNX's meaning (N,C,H,W) in either layout.
enum class Layout : std::uint8_t {
  row_major,      // last dimension fastest
  channels_last,  // rank 4 only: N,H,W,C with C fastest
};

struct TensorDesc {
  Shape shape;
  DType dtype = DType::f32;
  Layout layout = Layout::row_major;

  std::size_t bytes() const;
  std::vector<std::int64_t> strides() const;  // elements to step per dimension of `shape`
  bool same_bytes_in(Layout other) const;     // both layouts put every element at the same place
  std::string text() const;                   // "float32 [1,3,8,8] channels_last"
  bool operator==(const TensorDesc&) const = default;
};

struct TensorView {
  TensorDesc desc;
  void* data = nullptr;

  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
};

// Memory of one backend, freed with the last owner. Aligned to at least 64 bytes.
struct Buffer {
  std::shared_ptr<void> memory;
  std::size_t bytes = 0;

  void* data() const { return memory.get(); }
};

Buffer allocate_host(std::size_t bytes);  // zero-filled, 64-byte aligned; throws Error when out of memory

// A tensor in host memory. Copies share the elements.
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(TensorDesc desc);  // zero-filled
  template <class T>
  Tensor(TensorDesc desc, std::span<const T> elements);

  static Tensor of_i64(std::span<const std::int64_t> elements);  // 1-D int64

  const TensorDesc& desc() const { return desc_; }
  const Shape& shape() const { return desc_.shape; }
  DType dtype() const { return desc_.dtype; }
  const void* data() const { return buffer_.data(); }
  void* mutable_data() { return buffer_.data(); }
  TensorView view() const { return {desc_, buffer_.data()}; }
  bool is_shared() const { return buffer_.memory.use_count() > 1; }  // other tensors hold the elements, too
  Tensor reshaped(Shape shape) const;  // the same elements (shared) under another shape with as many

  template <class T>
  std::span<const T> as() const {
    return {static_cast<const T*>(buffer_.data()), desc_.bytes() / sizeof(T)};
  }
  template <class T>
  std::span<T> as_mutable() {
    return {static_cast<T*>(buffer_.data()), desc_.bytes() / sizeof(T)};
  }

 private:
  TensorDesc desc_;
  Buffer buffer_;
};

template <class T>
Tensor::Tensor(TensorDesc desc, std::span<const T> elements) : Tensor(std::move(desc)) {
  std::copy(elements.begin(), elements.end(), as_mutable<T>().begin());
}

}  // namespace yy
