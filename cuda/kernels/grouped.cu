// A thread computes all filters of a group at four neighbouring pixels, so that what it loads of the weights
// serves all of the four. Neighbouring threads take neighbouring groups, whose channels and weights lie side
// by side.
#include "cuda/kernels/grouped.h"
#include "cuda/private/check.h"
#include "cuda/private/finish.cuh"
#include "cuda/private/grid.h"

namespace yy::cuda {
namespace {

constexpr int threads = 128;
constexpr int pixels = 4;  // of a thread

// Adds the products of one tap. `x` is the group's first channel in a row of the picture, `first` where the
// first pixel has the tap.
template <class T, int filters, int channels_at_once>
__device__ __forceinline__ void add_tap(const GroupedArgs& args, const T* x, const T* weights, int first,
                                        float (&sum)[pixels][filters]) {
  for (int channel = 0; channel < args.channels; channel += channels_at_once) {
    Pack<T, channels_at_once> in[pixels] = {};
    YY_UNROLL
    for (int pixel = 0; pixel < pixels; ++pixel) {
      const int position = first + pixel * args.stride[1];
      if (static_cast<unsigned>(position) >= static_cast<unsigned>(args.size[1])) continue;
      in[pixel] = load_pack<T, channels_at_once>(x + position * args.groups * args.channels + channel);
    }
    YY_UNROLL
    for (int c = 0; c < channels_at_once; ++c) {
      const auto w = load_pack<T, filters>(weights + (channel + c) * args.groups * filters);
      YY_UNROLL
      for (int i = 0; i < pixels * filters; ++i) {
        const int pixel = i / filters, filter = i % filters;
        sum[pixel][filter] += to_float(in[pixel].element[c]) * to_float(w.element[filter]);
      }
    }
  }
}

template <class T, int filters, int channels_at_once>
__global__ void __launch_bounds__(threads, 4) grouped(const GroupedArgs args) {
  const int runs = (args.out[1] + pixels - 1) / pixels;
  const auto thread = blockIdx.x * threads + threadIdx.x;
  const int group = static_cast<int>(thread % args.groups), run = static_cast<int>(thread / args.groups);
  const int column = run % runs * pixels;
  const int row = run / runs % args.out[0];
  const int image = run / runs / args.out[0];
  if (image >= args.images) return;

  float sum[pixels][filters] = {};
  const T* x = static_cast<const T*>(args.x) + group * args.channels;
  const T* weights = static_cast<const T*>(args.weights) + group * filters;
  for (int i = 0; i < args.taps[0]; ++i) {
    const int line = row * args.stride[0] - args.before[0] + i * args.dilation[0];
    if (static_cast<unsigned>(line) >= static_cast<unsigned>(args.size[0])) continue;
    const T* from = x + (image * args.size[0] + line) * args.size[1] * args.groups * args.channels;
    for (int j = 0; j < args.taps[1]; ++j) {
      const T* w = weights + (i * args.taps[1] + j) * args.channels * args.groups * filters;
      const int first = column * args.stride[1] - args.before[1] + j * args.dilation[1];
      add_tap<T, filters, channels_at_once>(args, from, w, first, sum);
    }
  }

  const auto bias = load_bias<filters>(args.finish, group * args.filters, args.filters);
  const int step = args.groups * args.filters;
  const int first = (image * args.out[0] + row) * args.out[1] + column;
  YY_ROLLED
  for (int pixel = 0; pixel < pixels && column + pixel < args.out[1]; ++pixel) {
    Pack<float, filters> sums;
    YY_UNROLL
    for (int i = 0; i < filters; ++i) sums.element[i] = sum[0][i] + bias.element[i];
    const int here = first + pixel;
    finish_sums<T>(args.finish,
                   {here * step + group * args.filters, here, 1, args.filters, args.filters == filters},
                   sums);
    YY_UNROLL
    for (int i = 0; i < (pixels - 1) * filters; ++i)
      sum[i / filters][i % filters] = sum[i / filters + 1][i % filters];
  }
}

template <class T, int filters>
void launch_filters(const GroupedArgs& args, cudaStream_t stream) {
  const std::int64_t runs = blocks_for(args.out[1], pixels);
  const std::int64_t count = args.groups * runs * args.out[0] * args.images;
  const bool quads = filters > 1 && args.channels % 4 == 0;
  const auto kernel = quads ? grouped < T, filters, filters == 1 ? 1 : 4 > : grouped<T, filters, 1>;
  YY_CUDA(launch(kernel, blocks_for(count, threads), threads, 0, stream, args));
}

}  // namespace

void launch_grouped(DType dtype, const GroupedArgs& args, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    switch (grouped_filters(args.filters)) {
      case 1:
        return launch_filters<T, 1>(args, stream);
      case 4:
        return launch_filters<T, 4>(args, stream);
      default:
        return launch_filters<T, GroupedArgs::most_filters>(args, stream);
    }
  });
}

}  // namespace yy::cuda
