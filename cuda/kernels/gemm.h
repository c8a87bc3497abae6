// Products of float32 matrices that lie anyhow, in batches:
//   y = activation(alpha * A B + beta * C)
// Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/finish.h"

namespace yy::cuda {

// A [rows, depth] and B [depth, columns] by their strides (in elements), which may be 0; y [batches, rows,
// columns], row-major. C is finish.bias, which broadcasts to [rows, columns].
struct GemmArgs {
  int rows = 0, depth = 0, columns = 0;
  const float *a = nullptr, *b = nullptr;
  int a_row = 0, a_depth = 0, b_depth = 0, b_column = 0;
  int c_row = 0, c_column = 0;
  // Where the matrices of a batch lie: the batches' axes, outermost first.
  static constexpr int most_axes = 6;
  int axes = 0, batches = 1;
  int count[most_axes] = {}, a_step[most_axes] = {}, b_step[most_axes] = {};
  Finish finish = {};
};

void launch_gemm(const GemmArgs& args, cudaStream_t stream);

}  // namespace yy::cuda
