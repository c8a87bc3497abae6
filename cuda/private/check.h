// Turns CUDA's error codes into Error (device) with the text of the call that failed.
#pragma once

#include <cuda_runtime_api.h>
#include <string>

#include "runtime/error.h"

namespace yy::cuda {

// Of a kernel that ran before; every later call of the process gives it, too.
class EarlierError : public Error {
 public:
  EarlierError(cudaError_t status, const std::string& message)
      : Error(ErrorCode::device, message), status_(status) {}
  cudaError_t status() const { return status_; }

 private:
  cudaError_t status_;
};

std::string text_of(cudaError_t status);  // "an illegal memory access was encountered (cudaError...)"

// Throws unless `status` is success: EarlierError, or Error (device) where the call itself is at fault.
// `call` is the failed expression.
void check(cudaError_t status, const char* call);

}  // namespace yy::cuda

#define YY_CUDA(call) ::yy::cuda::check((call), #call)
