#include "cuda/private/check.h"

#include <fmt/format.h>

#include "runtime/error.h"

namespace yy::cuda {

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  throw Error(ErrorCode::device, fmt::format("CUDA: {} ({}) from {}", cudaGetErrorString(status),
                                             cudaGetErrorName(status), call));
}

}  // namespace yy::cuda
