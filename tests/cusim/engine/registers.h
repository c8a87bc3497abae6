// The built-in variables as the engine sets them; cusim.h declares them const, for kernels.
#pragma once

#include <vector_types.h>

extern uint3 threadIdx, blockIdx, blockDim, gridDim;
