// Turns CUDA's error codes into Error (device) with the text of the call that failed.
#pragma once

#include <cuda_runtime_api.h>
#include <string>

namespace yy::cuda {

std::string text_of(cudaError_t status);  // "an illegal memory access was encountered (cudaError...)"

// Throws unless `status` is success. `call` is the failed expression.
void check(cudaError_t status, const char* call);

}  // namespace yy::cuda

#define YY_CUDA(call) ::yy::cuda::check((call), #call)
