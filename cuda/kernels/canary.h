// A kernel that does nothing: its launch succeeds where this program holds code for the device.
#pragma once

#include <cuda_runtime_api.h>

namespace yy::cuda {

cudaError_t launch_canary(cudaStream_t stream);

}  // namespace yy::cuda
