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

// What a network computes in. bf16: convolutions, matrix products and what lies between them read and write
// bfloat16 and sum up in float32; inputs, outputs and probabilities stay float32.
enum class Precision { f32, bf16 };

std::string_view name_of(Precision precision);  // "f32", "bf16"

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
};

// Immutable, thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  virtual Support support(Precision precision) const = 0;
  virtual KernelOrRefusal make_kernel(const KernelRequest& request) const = 0;
  virtual Buffer allocate(std::size_t bytes) const = 0;
  virtual std::unique_ptr<Stream> new_stream(int threads) const = 0;
};

// "f32", "bf16", or "auto": bf16 where the device has it natively, else f32. Throws Error (device) where the
// device does not have what is asked for, Error (usage) for another word.
Precision choose_precision(std::string_view wanted, const Backend& backend);

}  // namespace yy
