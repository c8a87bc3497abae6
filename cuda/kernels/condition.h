// What a loop of a graph goes on by. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

namespace yy::cuda {

// The loop of `handle` goes on if *flag is not 0.
void launch_set_condition(cudaGraphConditionalHandle handle, const std::int32_t* flag, cudaStream_t stream);

}  // namespace yy::cuda
