// Copies between strides. Where both sides run along the same axis, thread after thread takes the words in
// the order of `to`. Where they run along different ones (NCHW to NHWC), squares of 32 x 32 words pass
// through shared memory, so that both sides are read and written in rows.
#include "cuda/kernels/copy.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/words.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;
constexpr int side = 32;                   // of a tile, in words
constexpr int tile_rows = threads / side;  // rows of a tile that a block moves at once

struct Offsets {
  int to = 0, from = 0;
};

// Where word number `n` of the first `axes` axes lies.
__device__ __forceinline__ Offsets locate(const CopyPlan& plan, int axes, unsigned n) {
  Offsets at;
  for (int i = axes - 1; i >= 0; --i) {
    const CopyAxis& axis = plan.axes[i];
    const unsigned next = axis.count.divide(n);
    const int index = static_cast<int>(n - next * axis.count.value());
    at.to += index * axis.to;
    at.from += index * axis.from;
    n = next;
  }
  return at;
}

template <class W>
__global__ void __launch_bounds__(threads) copy_words(const CopyPlan plan, W* to, const W* from) {
  const unsigned n = blockIdx.x * threads + threadIdx.x;
  if (n >= plan.words) return;
  const Offsets at = locate(plan, plan.rank, n);
  to[at.to] = from[at.from];
}

// One block per tile; tiles of one pair of axes follow each other, first along the last axis.
template <class W>
__global__ void __launch_bounds__(threads)
    transpose_tiles(const CopyPlan plan, W* to, const W* from, Divisor tiles_along, Divisor tiles_across) {
  YY_SHARED(W, tile, [side][side + 1]);
  const CopyAxis &across = plan.axes[plan.rank - 2], &along = plan.axes[plan.rank - 1];
  const unsigned strip = tiles_along.divide(blockIdx.x), nest = tiles_across.divide(strip);
  const Offsets base = locate(plan, plan.rank - 2, nest);
  const int first_along = static_cast<int>(blockIdx.x - strip * tiles_along.value()) * side;
  const int first_across = static_cast<int>(strip - nest * tiles_across.value()) * side;
  const int lane = threadIdx.x % side, row = threadIdx.x / side;
  const int counts_along = static_cast<int>(along.count.value());
  const int counts_across = static_cast<int>(across.count.value());
  for (int r = row; r < side; r += tile_rows) {
    const int i = first_along + r, k = first_across + lane;
    if (i < counts_along && k < counts_across) tile[r][lane] = from[base.from + i * along.from + k];
  }
  __syncthreads();
  for (int r = row; r < side; r += tile_rows) {
    const int i = first_along + lane, k = first_across + r;
    if (i < counts_along && k < counts_across) to[base.to + k * across.to + i] = tile[lane][r];
  }
}

}  // namespace

void launch_copy(const CopyPlan& plan, void* to, const void* from, cudaStream_t stream) {
  with_word(plan.word, [&](auto tag) {
    using W = typename decltype(tag)::type;
    auto* target = static_cast<W*>(to);
    const auto* source = static_cast<const W*>(from);
    if constexpr (sizeof(W) <= 8) {
      if (plan.tiled) {
        const unsigned along = plan.axes[plan.rank - 1].count.value();
        const unsigned across = plan.axes[plan.rank - 2].count.value();
        const unsigned tiles_along = blocks_for(along, side), tiles_across = blocks_for(across, side);
        const dim3 grid(tiles_along * tiles_across * (plan.words / (along * across)));
        YY_CUDA(launch(transpose_tiles<W>, grid, threads, 0, stream, plan, target, source,
                       Divisor(tiles_along), Divisor(tiles_across)));
        return;
      }
    }
    YY_CUDA(launch(copy_words<W>, dim3(blocks_for(plan.words, threads)), threads, 0, stream, plan, target,
                   source));
  });
}

}  // namespace yy::cuda
