// In the place of the CUDA room where the toolkit was not found or not wanted.
#include "cuda/cuda_backend.h"
#include "runtime/error.h"

namespace yy {
namespace {

constexpr const char* reason =
    "this program was built without CUDA; configure it with -DYY_CUDA=ON and CUDA Toolkit 13 (docs/cuda.md)";

}  // namespace

CudaReport report_cuda() {
  CudaReport report;
  report.trouble = reason;
  return report;
}

std::unique_ptr<Backend> make_cuda_backend(int, const CudaOptions&) {
  throw Error(ErrorCode::device, reason);
}

std::unique_ptr<Stream> borrow_cuda_stream(const Backend&, CUstream_st*) {
  throw Error(ErrorCode::device, reason);
}

}  // namespace yy
