// Failures that tests have asked for: control.h, fail_kernel and fail_call.
#pragma once

#include <cuda_runtime_api.h>

#include "tests/cusim/device/launch.h"

namespace yy::cusim {

// With which this run of the kernel shall end, which is then reported. Each run asks once.
cudaError_t error_for_kernel(const LaunchShape& shape);

// That this call of the function shall give instead of doing its work. Each call asks once.
cudaError_t error_for_call(const char* function);

// For reset().
void forget_faults();

}  // namespace yy::cusim
