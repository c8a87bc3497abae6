// What kernels do to the graph that they run in. CUDA's header declares it for its own compiler alone.
#pragma once

#include <cuda_runtime_api.h>

// By one thread of a launch, as the values of several would race; in a launch of the graph that has the
// handle.
void cudaGraphSetConditional(cudaGraphConditionalHandle handle, unsigned value);
