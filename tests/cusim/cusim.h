// The CUDA language for g++: with this header a kernel file compiles into functions that the simulated device
// of the tests runs. cuda/private/launch.h includes it where the compiler is not nvcc.
//
// What a kernel may use is what is declared here and in device/; anything else does not compile.
#pragma once

#include <cstddef>
#include <cuda_runtime_api.h>
#include <math.h>
#include <type_traits>

// The toolkit's headers define some of these for the host, in ways that do not fit here.
#undef __global__
#undef __device__
#undef __host__
#undef __constant__
#undef __shared__
#undef __forceinline__
#undef __launch_bounds__
#define __global__
#define __device__
#define __host__
#define __constant__
#define __shared__ static_assert(false, "use YY_SHARED or YY_DYNAMIC_SHARED");
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <vector_functions.h>

#include "tests/cusim/device/arithmetic.h"
#include "tests/cusim/device/atomics.h"
#include "tests/cusim/device/graph.h"
#include "tests/cusim/device/launch.h"
#include "tests/cusim/device/shared.h"
#include "tests/cusim/device/synchronize.h"

// Of the thread that runs. They do not change while it does, so the compiler may keep what it has read.
// (CUDA's sizes are of type dim3; that has a constructor, for which GCC takes a constant for a variable.)
extern const uint3 threadIdx, blockIdx, blockDim, gridDim;
inline constexpr int warpSize = 32;

// Each place of a YY_SHARED, in each instantiation of its function, is one array per block.
#define YY_SHARED(T, name, dims)                    \
  using name##_array = T dims;                      \
  static char name##_key;                           \
  name##_array& name = *static_cast<name##_array*>( \
      ::yy::cusim::shared_array(&name##_key, sizeof(name##_array), alignof(name##_array), #name))
#define YY_DYNAMIC_SHARED(T, name) T* name = static_cast<T*>(::yy::cusim::dynamic_shared())
#define YY_SPIN_PAUSE() ::yy::cusim::spin_pause()

namespace yy::cuda {

// Parameters are converted and copied now, as CUDA does; the kernel runs when its stream does.
template <class... Parameters, class... Arguments>
cudaError_t launch(void (*kernel)(Parameters...), cusim::Grid grid, dim3 block, std::size_t shared_bytes,
                   cudaStream_t stream, Arguments&&... arguments) {
  static_assert((std::is_trivially_copyable_v<Parameters> && ...),
                "a kernel's parameters are copied as bytes");
  return cusim::enqueue_kernel(
      {reinterpret_cast<const void*>(kernel), grid.size, block, shared_bytes, grid.where},
      cusim::KernelCall(kernel, static_cast<Parameters>(arguments)...), stream);
}

}  // namespace yy::cuda
