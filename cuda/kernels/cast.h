// y[i] = x[i] as another element type, in memory order. Floats become integers by truncation; what is out of
// range saturates, and NaN becomes 0. Integers wrap around; integers become float16 and bfloat16 through
// float32. True is whatever is not 0. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "runtime/tensor.h"

namespace yy::cuda {

void launch_cast(DType to, DType from, void* y, const void* x, std::int64_t elements, cudaStream_t stream);

}  // namespace yy::cuda
