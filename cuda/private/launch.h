// The CUDA language as our kernels use it. A kernel file includes this and nothing else of CUDA; then nvcc
// compiles it for devices, and g++ for the simulated device of the tests (tests/cusim), from the same text.
//
//   YY_SHARED(T, name, [N][M])   a static array in shared memory; at the top of a kernel or device function,
//                                where every thread of the block passes
//   YY_DYNAMIC_SHARED(T, name)   the launch's dynamic shared memory as T*
//   YY_SPIN_PAUSE()              in every loop that waits for another thread
//   launch(kernel, grid, block, shared_bytes, stream, arguments...)   instead of <<<...>>>
#pragma once

#ifdef __CUDACC__

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <utility>

#define YY_SHARED(T, name, dims) __shared__ T name dims
#define YY_DYNAMIC_SHARED(T, name)                            \
  extern __shared__ __align__(16) unsigned char yy_dynamic[]; \
  T* name = reinterpret_cast<T*>(yy_dynamic)
#define YY_SPIN_PAUSE() __nanosleep(20)

namespace yy::cuda {

template <class... Parameters, class... Arguments>
cudaError_t launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes,
                   cudaStream_t stream, Arguments&&... arguments) {
  kernel<<<grid, block, shared_bytes, stream>>>(std::forward<Arguments>(arguments)...);
  return cudaGetLastError();
}

}  // namespace yy::cuda

#else
#include <cusim.h>
#endif
