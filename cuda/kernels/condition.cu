// One thread: only the device can tell a graph's loop whether to go on.
#include "cuda/kernels/condition.h"
#include "cuda/private/check.h"
#include "cuda/private/launch.h"

namespace yy::cuda {
namespace {

__global__ void __launch_bounds__(1)
    set_condition(cudaGraphConditionalHandle handle, const std::int32_t* flag) {
  cudaGraphSetConditional(handle, *flag != 0 ? 1U : 0U);
}

}  // namespace

void launch_set_condition(cudaGraphConditionalHandle handle, const std::int32_t* flag, cudaStream_t stream) {
  YY_CUDA(launch(set_condition, dim3(1), dim3(1), 0, stream, handle, flag));
}

}  // namespace yy::cuda
