// A device: its kernels, its memory and its streams.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "runtime/kernel.h"
#include "runtime/op.h"
#include "runtime/tensor.h"
#include "runtime/weights.h"

namespace yy {

// What a network computes in. f16 and bf16: convolutions, matrix products and what lies between them read and
// write float16 or bfloat16 and sum up in float32; inputs, outputs and probabilities stay float32. tf32: all
// is float32, but convolutions and matrix products may round what they multiply to 10 bits behind the point,
// as tensor cores do.
enum class Precision { f32, tf32, f16, bf16 };
inline constexpr Precision all_precisions[] = {Precision::f32, Precision::tf32, Precision::f16,
                                               Precision::bf16};

std::string_view name_of(Precision precision);  // "f32", "tf32", "f16", "bf16"
DType type_of(Precision precision);             // what values between layers are stored in

enum class Support {
  none,
  emulated,  // right, but not fast
  native,
};

// What a kernel factory may look at.
struct KernelRequest {
  const Op& op;
  std::span<const OpInput> inputs;
  std::span<const TensorDesc> outputs;
  int threads = 1;
  WeightStore& weights;
  // Elements from a pixel of output 0 to the next where it may be written as a slice of a larger tensor's
  // channels, and so begins at a multiple of slice_alignment only (runtime/slices.h); 0 where it lies by
  // itself. A kernel that obeys says so (Kernel::writes_slice), any other may ignore it.
  std::int64_t slice_pitch = 0;
  // The inputs that lie in their place in output 0 already. A backend with kernels that write slices has
  // kernels that join around them.
  std::span<const std::size_t> in_place = {};
  bool tf32 = false;  // Precision::tf32: float32 factors may be rounded
};

// Immutable, thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  virtual Support support(Precision precision) const = 0;
  virtual KernelOrRefusal make_kernel(const KernelRequest& request) const = 0;
  virtual Buffer allocate(std::size_t bytes) const = 0;
  // Of every tensor and workspace within an arena, and of what allocate() gives; a power of two. 64 is a
  // cache line, and what wide vector loads like.
  virtual std::size_t alignment() const { return 64; }
  // Whether the host may read and write what allocate() gives, once the stream has been waited for. Elsewhere
  // only Stream's copies reach it.
  virtual bool host_memory() const { return true; }
  // Bytes that were made on the host, where kernels read them: `host` itself where they read host memory.
  virtual Buffer upload(Buffer host) const { return host; }
  virtual std::unique_ptr<Stream> new_stream(int threads) const = 0;
  // Memory of the host that the device reads and writes by itself, for Stream::upload and download.
  virtual Buffer allocate_staging(std::size_t bytes) const;
  virtual std::unique_ptr<Event> new_event() const;
};

// Has a WeightStore keep its constants in the backend's memory. The backend has to outlive the store's last
// get().
WeightStore::Settle settle_on(const Backend& backend);

// "f32", "tf32", "f16", "bf16", or "auto": bf16 where the device has it natively, else f32. Throws Error
// (device) where the device does not have what is asked for, Error (usage) for another word.
Precision choose_precision(std::string_view wanted, const Backend& backend);

}  // namespace yy
