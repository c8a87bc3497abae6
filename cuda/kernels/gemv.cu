// A warp computes one column of y for all rows: its lanes read a row of weights side by side, each weight
// once, and add up their sums at the end.
#include "cuda/kernels/gemv.h"
#include "cuda/private/check.h"
#include "cuda/private/finish.cuh"
#include "cuda/private/grid.h"

namespace yy::cuda {
namespace {

constexpr int lanes = 32, warps = 4;

template <class T, int rows>
__global__ void __launch_bounds__(lanes* warps) gemv(const GemvArgs args) {
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  const int column = static_cast<int>(blockIdx.x) * warps + static_cast<int>(threadIdx.x) / lanes;
  const bool exists = column < args.columns;
  const T* x = static_cast<const T*>(args.x);
  const T* weights = static_cast<const T*>(args.weights) + (exists ? column * args.depth : 0);
  float sum[rows] = {};
  for (int k = exists ? lane * 4 : args.depth; k < args.depth; k += lanes * 4) {
    const auto w = load_pack<T, 4>(weights + k);
    YY_UNROLL
    for (int row = 0; row < rows; ++row) {
      if (row >= args.rows) continue;
      const auto in = load_pack<T, 4>(x + row * args.depth + k);
      YY_UNROLL
      for (int i = 0; i < 4; ++i) sum[row] += to_float(in.element[i]) * to_float(w.element[i]);
    }
  }
  float mine = 0;  // lane r keeps the sum of row r
  YY_UNROLL
  for (int row = 0; row < rows; ++row) {
    float whole = sum[row];
    for (int step = lanes / 2; step > 0; step /= 2) whole += __shfl_xor_sync(0xffffffffU, whole, step);
    if (lane == row) mine = whole;
  }
  if (!exists || lane >= min(rows, args.rows)) return;
  const float bias = load_bias<1>(args.finish, column, 1).element[0];
  finish_sums<T>(args.finish, {lane * args.columns + column, lane, 1, 1, true},
                 Pack<float, 1>{{args.finish.alpha * mine + bias}});
}

template <class T, int rows>
void launch_rows(const GemvArgs& args, cudaStream_t stream) {
  YY_CUDA(launch(gemv<T, rows>, blocks_for(args.columns, warps), lanes * warps, 0, stream, args));
}

}  // namespace

void launch_gemv(DType dtype, const GemvArgs& args, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (args.rows == 1) return launch_rows<T, 1>(args, stream);
    if (args.rows <= 4) return launch_rows<T, 4>(args, stream);
    launch_rows<T, GemvArgs::most_rows>(args, stream);
  });
}

}  // namespace yy::cuda
