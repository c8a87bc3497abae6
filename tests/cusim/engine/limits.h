// What a launch may ask for.
#pragma once

#include <cstddef>

#include "tests/cusim/device/launch.h"

namespace yy::cusim {

inline constexpr int warp_size = 32;
inline constexpr int most_threads = 1024;  // of a block

// Shared memory of a block, unless the kernel's attribute allows more.
inline constexpr std::size_t default_shared_bytes = std::size_t{48} << 10;

// The most that the attribute may allow on the described device.
std::size_t opt_in_shared_bytes();

// cudaFuncAttributeMaxDynamicSharedMemorySize
cudaError_t allow_dynamic_shared(const void* kernel, std::size_t bytes);

// Success, or the error with which CUDA refuses such a launch; that is then reported too.
cudaError_t check_limits(const LaunchShape& shape);

}  // namespace yy::cusim
