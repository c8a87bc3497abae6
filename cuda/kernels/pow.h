// y = base to the power of exponent, with broadcasting; y has the base's type and may be the base where that
// is not broadcast. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/kernels/binary.h"

namespace yy::cuda {

// Both types are f32, i64 or i32. The plan's operand a is the base, b the exponent.
void launch_pow(DType base_type, DType exponent_type, const BroadcastPlan& plan, const void* base,
                const void* exponent, void* y, cudaStream_t stream);

}  // namespace yy::cuda
