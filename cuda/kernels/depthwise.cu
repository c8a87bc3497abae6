// A thread computes four neighbouring pixels of two or four neighbouring channels: what it loads of a row of
// x serves all of the four. Neighbouring threads take neighbouring channels.
#include "cuda/kernels/depthwise.h"
#include "cuda/private/check.h"
#include "cuda/private/finish.cuh"
#include "cuda/private/grid.h"

namespace yy::cuda {
namespace {

constexpr int threads = 128;
constexpr int pixels = 4;  // of a thread

// Adds the products of one row of the window. `x` is the row of the picture, `left` the first position in it.
template <class T, int width, int side, int stride>
__device__ __forceinline__ void add_row(const DepthwiseArgs& args, const T* x, const T* weights, int left,
                                        float (&sum)[pixels][width]) {
  Pack<T, width> w[side];
  YY_UNROLL
  for (int k = 0; k < side; ++k) w[k] = load_pack<T, width>(weights + k * args.channels);
  YY_UNROLL
  for (int column = 0; column < (pixels - 1) * stride + side; ++column) {
    Pack<T, width> in = {};
    const int position = left + column;
    if (static_cast<unsigned>(position) < static_cast<unsigned>(args.width)) {
      in = load_pack<T, width>(x + position * args.channels);
    }
    YY_UNROLL
    for (int pixel = 0; pixel < pixels; ++pixel) {
      const int k = column - pixel * stride;
      if (k < 0 || k >= side) continue;
      YY_UNROLL
      for (int c = 0; c < width; ++c) sum[pixel][c] += to_float(in.element[c]) * to_float(w[k].element[c]);
    }
  }
}

template <class T, int width, int side, int stride>
__global__ void __launch_bounds__(threads, 4) depthwise(const DepthwiseArgs args) {
  const int packs = args.channels / width, runs = (args.out_width + pixels - 1) / pixels;
  const auto thread = blockIdx.x * threads + threadIdx.x;
  const int channel = static_cast<int>(thread % packs) * width;
  const int run = static_cast<int>(thread / packs);
  const int column = run % runs * pixels;
  const int row = run / runs % args.out_height;
  const int image = run / runs / args.out_height;
  if (image >= args.images) return;

  float sum[pixels][width] = {};
  const T* x = static_cast<const T*>(args.x) + channel;
  const T* weights = static_cast<const T*>(args.weights) + channel;
  YY_ROLLED
  for (int k = 0; k < side; ++k) {
    const int line = row * stride - args.top + k;
    if (static_cast<unsigned>(line) >= static_cast<unsigned>(args.height)) continue;
    add_row<T, width, side, stride>(args, x + (image * args.height + line) * args.width * args.channels,
                                    weights + k * side * args.channels, column * stride - args.left, sum);
  }

  const auto bias = load_bias<width>(args.finish, channel, width);
  const int first = (image * args.out_height + row) * args.out_width + column;
  YY_ROLLED
  for (int pixel = 0; pixel < pixels && column + pixel < args.out_width; ++pixel) {
    Pack<float, width> sums;
    YY_UNROLL
    for (int c = 0; c < width; ++c) sums.element[c] = sum[0][c] + bias.element[c];
    const int here = first + pixel;
    finish_sums<T>(args.finish, {here * args.channels + channel, here, 1, width, true}, sums);
    YY_UNROLL
    for (int c = 0; c < (pixels - 1) * width; ++c) sum[c / width][c % width] = sum[c / width + 1][c % width];
  }
}

template <class T, int width, int side>
void launch_side(int stride, const DepthwiseArgs& args, cudaStream_t stream) {
  const std::int64_t runs = blocks_for(args.out_width, pixels);
  const std::int64_t count = args.channels / width * runs * args.out_height * args.images;
  const auto kernel = stride == 1 ? depthwise<T, width, side, 1> : depthwise<T, width, side, 2>;
  YY_CUDA(launch(kernel, blocks_for(count, threads), threads, 0, stream, args));
}

template <class T, int width>
void launch_width(int side, int stride, const DepthwiseArgs& args, cudaStream_t stream) {
  if (side == 3) return launch_side<T, width, 3>(stride, args, stream);
  if (side == 5) return launch_side<T, width, 5>(stride, args, stream);
  launch_side<T, width, 7>(stride, args, stream);
}

}  // namespace

void launch_depthwise(DType dtype, int side, int stride, const DepthwiseArgs& args, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    args.channels % 4 == 0 ? launch_width<T, 4>(side, stride, args, stream)
                           : launch_width<T, 2>(side, stride, args, stream);
  });
}

}  // namespace yy::cuda
