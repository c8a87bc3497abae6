// A layer on a few rows: y = activation(alpha * x W + beta * bias + residual), where reading W is what takes
// the time. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/finish.h"
#include "runtime/tensor.h"

namespace yy::cuda {

struct GemvArgs {
  static constexpr int most_rows = 16;
  int rows = 0, columns = 0;
  int depth = 0;                  // a multiple of 4
  const void* x = nullptr;        // [rows, depth]
  const void* weights = nullptr;  // [columns, depth]
  Finish finish = {};             // y is [rows, columns]
};

// `dtype`: f32, f16 or bf16, in which x and the weights are stored.
void launch_gemv(DType dtype, const GemvArgs& args, cudaStream_t stream);

}  // namespace yy::cuda
