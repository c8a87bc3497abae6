// Local response normalisation across channels (ops/lrn.h). Enqueued on `stream`; throws Error (device) where
// that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "runtime/tensor.h"

namespace yy::cuda {

struct LrnArgs {
  int elements = 0;
  int channels = 0, step = 1;           // from one channel to the next, in elements
  int before = 0, after = 0;            // channels that a sum reaches to either side
  float scale = 0, bias = 0, beta = 0;  // y = x / (bias + scale * sum)^beta
};

// `dtype`: f32, f16 or bf16.
void launch_lrn(DType dtype, const LrnArgs& args, const void* x, void* y, cudaStream_t stream);

}  // namespace yy::cuda
