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

enum class Precision { f32 };

std::string_view name_of(Precision precision);

// What a kernel factory may look at.
struct KernelRequest {
  const Op& op;
  std::span<const OpInput> inputs;
  std::span<const TensorDesc> outputs;
  Precision precision = Precision::f32;
  int threads = 1;
  WeightStore& weights;
};

// Immutable, thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  virtual KernelOrRefusal make_kernel(const KernelRequest& request) const = 0;
  virtual Buffer allocate(std::size_t bytes) const = 0;
  virtual std::unique_ptr<Stream> new_stream(int threads) const = 0;
};

}  // namespace yy
