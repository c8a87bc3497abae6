#include "cuda/private/check.h"

#include <fmt/format.h>

#include "cuda/private/culprit.h"

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
  const std::string text = fmt::format("CUDA: {} from {}", text_of(status), call);
  if (is_of_earlier_work(status)) throw EarlierError(status, text + "; " + Culprit::of_process().text());
  throw Error(ErrorCode::device, text);
}

}  // namespace yy::cuda
