// Sums and maxima over the threads of a warp or of a block. Every thread calls them and every thread gets the
// result. The order of the additions depends on nothing but the thread's number, so results are the same in
// every run.
//
// Blocks are one-dimensional, of a multiple of 32 threads. A call may follow another at once.
#pragma once

#include "cuda/private/launch.h"

namespace yy::cuda {

inline constexpr int warp_threads = 32;
inline constexpr unsigned whole_warp = 0xffffffffU;

struct Plus {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return a + b;
  }
};

// NaN loses against a number.
struct Larger {
  __device__ __forceinline__ float operator()(float a, float b) const { return fmaxf(a, b); }
};

// Both lanes of a pair combine the same two values, so all lanes end with the same bits where `combine` does
// not care which comes first.
template <class T, class Combine>
__device__ __forceinline__ T warp_reduce(T x, const Combine& combine) {
  for (int step = warp_threads / 2; step > 0; step /= 2) {
    x = combine(x, __shfl_xor_sync(whole_warp, x, step));
  }
  return x;
}

template <int threads, class T, class Combine>
__device__ __forceinline__ T block_reduce(T x, const Combine& combine) {
  static_assert(threads % warp_threads == 0);
  constexpr int warps = threads / warp_threads;
  YY_SHARED(T, of_warp, [warps]);
  x = warp_reduce(x, combine);
  if (threadIdx.x % warp_threads == 0) of_warp[threadIdx.x / warp_threads] = x;
  __syncthreads();
  x = of_warp[0];
  for (int i = 1; i < warps; ++i) x = combine(x, of_warp[i]);
  __syncthreads();  // the next call writes the array again
  return x;
}

template <class T>
__device__ __forceinline__ T warp_sum(T x) {
  return warp_reduce(x, Plus{});
}

__device__ __forceinline__ float warp_max(float x) {
  return warp_reduce(x, Larger{});
}

template <int threads, class T>
__device__ __forceinline__ T block_sum(T x) {
  return block_reduce<threads>(x, Plus{});
}

template <int threads>
__device__ __forceinline__ float block_max(float x) {
  return block_reduce<threads>(x, Larger{});
}

}  // namespace yy::cuda
