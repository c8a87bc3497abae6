// Turns CUDA's error codes into Error (device) with the text of the call that failed.
#pragma once

#include <cuda_runtime_api.h>

namespace yy::cuda {

// Throws unless `status` is success. `call` is the failed expression.
void check(cudaError_t status, const char* call);

}  // namespace yy::cuda

#define YY_CUDA(call) ::yy::cuda::check((call), #call)
