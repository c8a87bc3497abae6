// What YY_CUDA throws where a kernel that ran before has failed: every later call of the process gives that,
// too.
#pragma once

#include <cuda_runtime_api.h>
#include <string>

#include "runtime/error.h"

namespace yy::cuda {

class EarlierError : public Error {
 public:
  EarlierError(cudaError_t status, const std::string& message)
      : Error(ErrorCode::device, message), status_(status) {}
  cudaError_t status() const { return status_; }

 private:
  cudaError_t status_;
};

}  // namespace yy::cuda
