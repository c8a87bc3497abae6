// Kernels that do one thing right or wrong, for the tests of the simulation itself.
#pragma once

#include <cuda_runtime_api.h>
#include <string_view>

namespace yy::cusim {

struct TestLaunch {
  dim3 grid = 1, block = 32;
  std::size_t dynamic_shared = 0;
};

// Each kernel says in kernels_for_tests.cu what it does with data[0, n).
cudaError_t launch_for_test(std::string_view kernel, const TestLaunch& shape, int* data, int n,
                            cudaStream_t stream);

// The condition becomes data[0], unless that is negative.
cudaError_t launch_set_condition(cudaGraphConditionalHandle handle, int* data, unsigned threads,
                                 cudaStream_t stream);
// data[0] -= 1, and the condition becomes data[0].
cudaError_t launch_count_down(cudaGraphConditionalHandle handle, int* data, cudaStream_t stream);

// For cudaFuncSetAttribute.
const void* kernel_for_test(std::string_view kernel);

}  // namespace yy::cusim
