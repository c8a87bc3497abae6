// A block's tile of a matrix product: `rows` x `columns` sums over the depth.
//
// 4 * columns threads. Steps of 16 along the depth: each thread fetches two quads of the left matrix and one
// of the right (four neighbours along the depth each) into registers while the step before is multiplied, and
// puts them into shared memory, which has room for two steps. A thread multiplies rows / 16 x 4 of the sums.
#pragma once

#include "cuda/private/finish.cuh"
#include "cuda/private/scalar.h"
#include "cuda/private/unroll.h"

namespace yy::cuda {

template <int rows_, int columns_>
struct Tile {
  static constexpr int rows = rows_, columns = columns_;
  static constexpr int depth = 16;             // of a step
  static constexpr int threads = 4 * columns;  // 16 along the rows, columns / 4 along the columns
  static constexpr int sums = rows / 16;       // rows of a thread
  static_assert(rows == 2 * columns);          // two quads of the left matrix per thread
};
using LargeTile = Tile<128, 64>;
using SmallTile = Tile<64, 32>;

// Which quads a thread fetches: row fetched_row() and the one `columns` below of the left matrix, column
// fetched_row() of the right one, from fetched_depth() on.
__device__ __forceinline__ int fetched_row() {
  return static_cast<int>(threadIdx.x) / 4;
}
__device__ __forceinline__ int fetched_depth() {
  return static_cast<int>(threadIdx.x) % 4 * 4;
}

// `left(quads)` and `right()` give the quads of the next step.
template <class Tile, class Left, class Right>
__device__ __forceinline__ void multiply(float (&sum)[Tile::sums][4], int steps, Left& left, Right& right) {
  YY_SHARED(Quad, a, [2][Tile::depth][Tile::rows / 4 + 1]);
  YY_SHARED(Quad, b, [2][Tile::depth][Tile::columns / 4 + 1]);
  const int t = static_cast<int>(threadIdx.x);
  const int my_row = t / (Tile::columns / 4), my_column = t % (Tile::columns / 4);
  Quad from_a[2], from_b;
  const auto fetch = [&] {
    left(from_a);
    from_b = right();
  };
  const auto put = [&](int buffer) {
    const int row = fetched_row(), k = fetched_depth();
    YY_UNROLL
    for (int i = 0; i < 4; ++i) {
      a[buffer][k + i][row / 4].element[row % 4] = from_a[0].element[i];
      a[buffer][k + i][(row + Tile::columns) / 4].element[row % 4] = from_a[1].element[i];
      b[buffer][k + i][row / 4].element[row % 4] = from_b.element[i];
    }
  };
  if (steps > 0) {
    fetch();
    put(0);
  }
  __syncthreads();
  YY_ROLLED
  for (int step = 0; step < steps; ++step) {
    const int buffer = step % 2;
    if (step + 1 < steps) fetch();
    YY_UNROLL
    for (int k = 0; k < Tile::depth; ++k) {
      const Quad y = b[buffer][k][my_column];
      YY_UNROLL
      for (int i = 0; i < Tile::sums; i += 4) {
        const Quad x = a[buffer][k][my_row + i * 4];
        YY_UNROLL
        for (int j = 0; j < 16; ++j) sum[i + j / 4][j % 4] += x.element[j / 4] * y.element[j % 4];
      }
    }
    if (step + 1 < steps) put(1 - buffer);
    __syncthreads();
  }
}

// Calls use(row, column, sums) for each of the thread's rows; four columns from `column` on. The sums move
// up, so that the code of `use` exists once.
template <class Tile, class Use>
__device__ __forceinline__ void for_each_row(float (&sum)[Tile::sums][4], const Use& use) {
  const int t = static_cast<int>(threadIdx.x);
  const int row = t / (Tile::columns / 4) * 4, column = t % (Tile::columns / 4) * 4;
  YY_ROLLED
  for (int i = 0; i < Tile::sums; ++i) {
    Quad sums;
    YY_UNROLL
    for (int j = 0; j < 4; ++j) sums.element[j] = sum[0][j];
    use(i / 4 * 64 + row + i % 4, column, sums);
    YY_UNROLL
    for (int j = 0; j < 4 * (Tile::sums - 1); ++j) sum[j / 4][j % 4] = sum[j / 4 + 1][j % 4];
  }
}

}  // namespace yy::cuda
