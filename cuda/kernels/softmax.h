// Softmax of float32 elements [outer, axis, inner] over the middle. `y` may be `x`. Enqueued on `stream`;
// throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

namespace yy::cuda {

void launch_softmax(const float* x, float* y, int outer, int axis, int inner, cudaStream_t stream);

}  // namespace yy::cuda
