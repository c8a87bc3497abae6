// Softmax: the largest element is taken off first, so that exp cannot overflow. Rows of neighbouring elements
// are read once by a warp if they are short, else by a block, which finds maximum and sum in one pass and
// reads again to write. Rows whose elements lie apart have one thread each; neighbours work on neighbours.
#include <cfloat>

#include "cuda/kernels/softmax.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/reduce.cuh"

namespace yy::cuda {
namespace {

constexpr int threads = 256;
constexpr int warps = threads / warp_threads;
constexpr int held = 8;  // elements of a row that a lane keeps in registers

// Maximum and sum of exp(x - maximum) of the elements seen so far. The maximum begins with a number, so that
// minus infinity adds nothing; a row with infinity, with NaN or without any number ends as NaN.
struct Online {
  float largest = -FLT_MAX, sum = 0;

  __device__ __forceinline__ void add(float x) {
    if (x > largest) {
      sum *= expf(largest - x);
      largest = x;
    }
    sum += expf(x - largest);
  }
};

__global__ void __launch_bounds__(threads) short_rows(const float* x, float* y, int rows, int axis) {
  const int lane = static_cast<int>(threadIdx.x) % warp_threads;
  const int row = static_cast<int>(blockIdx.x) * warps + static_cast<int>(threadIdx.x) / warp_threads;
  if (row >= rows) return;  // the whole warp
  x += row * axis;
  y += row * axis;
  float e[held], largest = -FLT_MAX, sum = 0;
  for (int i = 0; i < held; ++i) {
    const int at = i * warp_threads + lane;
    e[i] = at < axis ? x[at] : -INFINITY;
    largest = fmaxf(largest, e[i]);
  }
  largest = warp_max(largest);
  for (int i = 0; i < held; ++i) {
    e[i] = expf(e[i] - largest);
    sum += e[i];
  }
  const float scale = 1.F / warp_sum(sum);
  for (int i = 0; i < held; ++i) {
    const int at = i * warp_threads + lane;
    if (at < axis) y[at] = e[i] * scale;
  }
}

__global__ void __launch_bounds__(threads) long_rows(const float* x, float* y, int axis) {
  x += static_cast<int>(blockIdx.x) * axis;
  y += static_cast<int>(blockIdx.x) * axis;
  const int first = static_cast<int>(threadIdx.x);
  Online seen;
  for (int i = first; i < axis; i += threads) seen.add(x[i]);
  const float largest = block_max<threads>(seen.largest);
  const float scale = 1.F / block_sum<threads>(seen.sum * expf(seen.largest - largest));
  for (int i = first; i < axis; i += threads) y[i] = expf(x[i] - largest) * scale;
}

__global__ void __launch_bounds__(threads)
    strided_rows(const float* x, float* y, int rows, int axis, int inner) {
  const int row = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (row >= rows) return;
  const int first = row / inner * axis * inner + row % inner, end = first + axis * inner;
  Online seen;
  for (int i = first; i < end; i += inner) seen.add(x[i]);
  const float scale = 1.F / seen.sum;
  for (int i = first; i < end; i += inner) y[i] = expf(x[i] - seen.largest) * scale;
}

}  // namespace

void launch_softmax(const float* x, float* y, int outer, int axis, int inner, cudaStream_t stream) {
  const int rows = outer * inner;
  if (inner > 1) {
    YY_CUDA(launch(strided_rows, blocks_for(rows, threads), threads, 0, stream, x, y, rows, axis, inner));
  } else if (axis <= held * warp_threads) {
    YY_CUDA(launch(short_rows, blocks_for(rows, warps), threads, 0, stream, x, y, rows, axis));
  } else {
    YY_CUDA(launch(long_rows, static_cast<unsigned>(rows), threads, 0, stream, x, y, axis));
  }
}

}  // namespace yy::cuda
