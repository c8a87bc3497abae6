#include "cuda/private/check.h"

#include <fmt/format.h>

#include "runtime/error.h"

namespace yy::cuda {

namespace {

// Errors of kernels come with some later call, and with all after that.
bool is_of_earlier_work(cudaError_t status) {
  switch (status) {
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorIllegalInstruction:
    case cudaErrorInvalidPc:
    case cudaErrorHardwareStackError:
    case cudaErrorAssert:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string text_of(cudaError_t status) {
  return fmt::format("{} ({})", cudaGetErrorString(status), cudaGetErrorName(status));
}

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  throw Error(ErrorCode::device,
              fmt::format("CUDA: {} from {}{}", text_of(status), call,
                          is_of_earlier_work(status)
                              ? "; work before it failed, YY_CUDA_DEBUG=1 in the environment tells which"
                              : ""));
}

}  // namespace yy::cuda
