// y = f(factor[c] * x + offset[c]) per channel, where x lies in parts, each with some of the channels. `y`
// may be `x` where that is one part. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>
#include <optional>
#include <span>

#include "ops/activation.h"
#include "runtime/tensor.h"

namespace yy::cuda {

struct BatchNormArgs {
  int rows = 0, channels = 0;     // of y
  int pixels = 1;                 // neighbours of one channel: 1 where the channels are fastest
  const float* factor = nullptr;  // [channels], in device memory
  const float* offset = nullptr;
};

// Channels first to first + channels of x, [rows, channels, pixels].
struct BatchNormPart {
  const void* x = nullptr;
  int first = 0, channels = 0;
};

// `dtype`: f32, f16 or bf16.
void launch_batch_norm(DType dtype, const BatchNormArgs& args, const std::optional<Activation>& activation,
                       std::span<const BatchNormPart> parts, void* y, cudaStream_t stream);

}  // namespace yy::cuda
