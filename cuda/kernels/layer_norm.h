// Layer normalisation of rows: y = (x - mean) / sqrt(variance + epsilon) * scale + shift, with `size`
// elements in a row, in scale and in shift. `y` may be `x`. Enqueued on `stream`; throws Error (device) where
// that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "runtime/tensor.h"

namespace yy::cuda {

struct LayerNormArgs {
  int rows = 0, size = 0;
  float epsilon = 0;
};

// float32 whatever the rows are; null where there is none.
struct LayerNormTensors {
  const float* scale = nullptr;
  const float* shift = nullptr;
  float* mean = nullptr;     // [rows], written
  float* inverse = nullptr;  // 1 / sqrt(variance + epsilon), likewise
};

// `dtype`: f32, f16 or bf16.
void launch_layer_norm(DType dtype, const LayerNormArgs& args, const void* x, void* y,
                       const LayerNormTensors& tensors, cudaStream_t stream);

}  // namespace yy::cuda
