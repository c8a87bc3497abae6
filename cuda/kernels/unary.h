// y[i] = f(x[i]): pointwise functions over the elements in memory order. `y` may be `x`. Enqueued on
// `stream`; throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "ops/activation.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// `dtype`: f32, f16 or bf16.
void launch_unary(DType dtype, const void* x, void* y, std::int64_t elements, const Activation& f,
                  cudaStream_t stream);

// y[i] = min(max(x[i], low), high) on i8, u8, i32 or i64; the bounds are of that type.
void launch_clamp(DType dtype, const void* x, void* y, std::int64_t elements, std::int64_t low,
                  std::int64_t high, cudaStream_t stream);

}  // namespace yy::cuda
