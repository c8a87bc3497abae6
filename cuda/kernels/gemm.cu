// A block computes a tile of one matrix of the batch. Both operands are read element by element, so that any
// strides will do; four threads read 16 neighbours along the depth.
#include "cuda/kernels/gemm.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/tile.cuh"

namespace yy::cuda {
namespace {

// Rows of A, or columns of B, along the depth.
struct Lines {
  const float* first;
  int count, step, depth_step, depth;

  // Four neighbours of line `line` from depth k on; 0 outside.
  __device__ __forceinline__ Quad quad(int line, int k) const {
    Quad result;
    YY_UNROLL
    for (int i = 0; i < 4; ++i) {
      const bool exists = line < count && k + i < depth;
      result.element[i] = exists ? first[line * step + (k + i) * depth_step] : 0.F;
    }
    return result;
  }
};

// The operands of a matrix of the batch.
__device__ __forceinline__ void find_matrices(const GemmArgs& args, int batch, Lines& a, Lines& b) {
  for (int axis = args.axes; axis-- > 0;) {
    const int index = batch % args.count[axis];
    batch /= args.count[axis];
    a.first += index * args.a_step[axis];
    b.first += index * args.b_step[axis];
  }
}

template <class Tile>
__global__ void __launch_bounds__(Tile::threads) gemm(const GemmArgs args) {
  const int across = (args.columns + Tile::columns - 1) / Tile::columns;
  const int down = (args.rows + Tile::rows - 1) / Tile::rows;
  const int block = static_cast<int>(blockIdx.x);
  const int first_column = block % across * Tile::columns;
  const int first_row = block / across % down * Tile::rows;
  const int batch = block / across / down;
  Lines a{args.a, args.rows, args.a_row, args.a_depth, args.depth};
  Lines b{args.b, args.columns, args.b_column, args.b_depth, args.depth};
  find_matrices(args, batch, a, b);

  float sum[Tile::sums][4] = {};
  int left_depth = fetched_depth(), right_depth = left_depth;
  const auto left = [&](Quad(&quads)[2]) {
    quads[0] = a.quad(first_row + fetched_row(), left_depth);
    quads[1] = a.quad(first_row + fetched_row() + Tile::columns, left_depth);
    left_depth += Tile::depth;
  };
  const auto right = [&] {
    const Quad quad = b.quad(first_column + fetched_row(), right_depth);
    right_depth += Tile::depth;
    return quad;
  };
  multiply<Tile>(sum, (args.depth + Tile::depth - 1) / Tile::depth, left, right);

  for_each_row<Tile>(sum, [&](int row_of_tile, int column_of_tile, Quad sums) {
    const int row = first_row + row_of_tile, column = first_column + column_of_tile;
    const int count = args.columns - column;
    if (row >= args.rows || count <= 0) return;
    YY_UNROLL
    for (int i = 0; i < 4; ++i) {
      float& x = sums.element[i];
      x *= args.finish.alpha;
      if (args.finish.bias != nullptr && i < count) {
        x += args.finish.beta * args.finish.bias[row * args.c_row + (column + i) * args.c_column];
      }
    }
    const int at = (batch * args.rows + row) * args.columns + column;
    finish_sums<float>(args.finish, {at, 0, 1, count, args.columns % 4 == 0}, sums);
  });
}

}  // namespace

void launch_gemm(const GemmArgs& args, cudaStream_t stream) {
  using Tile = SmallTile;
  const unsigned blocks = blocks_for(args.columns, Tile::columns) * blocks_for(args.rows, Tile::rows) *
                          static_cast<unsigned>(args.batches);
  YY_CUDA(launch(gemm<Tile>, blocks, Tile::threads, 0, stream, args));
}

}  // namespace yy::cuda
