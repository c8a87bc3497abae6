// Three kernels, whose threads stand as 16 packs of channels times 16 pixels:
//
// add_pixels: each block sums up a share of an image's pixels for some channels, [images, shares, channels].
//
// squeeze: each block adds up an image's shares to means and computes eight numbers of the inner layer, one
// per warp, [images, squeezed].
//
// excite: each block computes the gates of some channels of an image and scales some of the pixels.
#include <algorithm>

#include "cuda/kernels/squeeze_excite.h"
#include "cuda/private/activation.cuh"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"
#include "cuda/private/unroll.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;
constexpr int packs = 16, lanes = threads / packs;  // of a block: packs of channels, pixels at a time
constexpr int warps = threads / 32;

int shares_of(const SqueezeExciteArgs& args) {
  return std::clamp(args.pixels / 64, 1, 16);
}

__device__ __forceinline__ float finish(const RowLayer& layer, float sum, int output) {
  if (layer.bias != nullptr) sum += layer.bias[output];
  return layer.activates ? activate(layer.activation, sum) : sum;
}

template <class T, int width>
__global__ void __launch_bounds__(threads)
    add_pixels(const T* x, float* sums, int pixels, int channels, int shares) {
  YY_SHARED(float, partial, [lanes][packs * width]);
  const int blocks = (channels + packs * width - 1) / (packs * width);
  const int image = static_cast<int>(blockIdx.x) / blocks, share = static_cast<int>(blockIdx.y);
  const int first_channel = static_cast<int>(blockIdx.x) % blocks * packs * width;
  const int pack = static_cast<int>(threadIdx.x) % packs, lane = static_cast<int>(threadIdx.x) / packs;
  const int channel = first_channel + pack * width;
  const int from = static_cast<int>(std::int64_t{pixels} * share / shares);
  const int to = static_cast<int>(std::int64_t{pixels} * (share + 1) / shares);
  float sum[width] = {};
  for (int pixel = from + lane; pixel < to && channel < channels; pixel += lanes) {
    const auto in = load_pack<T, width>(x + (image * pixels + pixel) * channels + channel);
    YY_UNROLL
    for (int c = 0; c < width; ++c) sum[c] += to_float(in.element[c]);
  }
  YY_UNROLL
  for (int c = 0; c < width; ++c) partial[lane][pack * width + c] = sum[c];
  __syncthreads();
  const int c = static_cast<int>(threadIdx.x);
  if (c >= packs * width || first_channel + c >= channels) return;
  float whole = 0;
  for (int i = 0; i < lanes; ++i) whole += partial[i][c];
  sums[(image * shares + share) * channels + first_channel + c] = whole;
}

// Means of so many channels at a time lie in shared memory.
constexpr int means_at_once = 2048;

__global__ void __launch_bounds__(threads)
    squeeze(const SqueezeExciteArgs args, const float* sums, float* hidden, int shares) {
  YY_SHARED(float, mean, [means_at_once]);
  const int blocks = (args.squeezed + warps - 1) / warps;
  const int image = static_cast<int>(blockIdx.x) / blocks;
  const int t = static_cast<int>(threadIdx.x), lane = t % 32;
  const int output = static_cast<int>(blockIdx.x) % blocks * warps + t / 32;
  const float* weights = args.inner.weights + min(output, args.squeezed - 1) * args.channels;
  float sum = 0;
  for (int first = 0; first < args.channels; first += means_at_once) {
    const int count = min(means_at_once, args.channels - first);
    __syncthreads();  // the means before have been read
    for (int c = t; c < count; c += threads) {
      const float* from = sums + image * shares * args.channels + first + c;
      float whole = 0;
      for (int share = 0; share < shares; ++share) whole += from[share * args.channels];
      mean[c] = whole / static_cast<float>(args.pixels);
    }
    __syncthreads();
    for (int c = lane; c < count; c += 32) sum += mean[c] * weights[first + c];
  }
  for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xffffffffU, sum, step);
  if (lane == 0 && output < args.squeezed) {
    hidden[image * args.squeezed + output] = finish(args.inner, sum, output);
  }
}

// The gates of a block's channels; threads share the products of a channel.
template <int width>
__device__ __forceinline__ const float* find_gates(const SqueezeExciteArgs& args, const float* hidden,
                                                   int first_channel) {
  constexpr int channels = packs * width, shares = threads / channels;
  YY_SHARED(float, partial, [shares][channels]);
  YY_SHARED(float, gates, [channels]);
  const int c = static_cast<int>(threadIdx.x) % channels, share = static_cast<int>(threadIdx.x) / channels;
  const bool exists = first_channel + c < args.channels;
  float sum = 0;
  for (int s = share; s < args.squeezed && exists; s += shares) {
    sum += hidden[s] * args.gate.weights[s * args.channels + first_channel + c];
  }
  partial[share][c] = sum;
  __syncthreads();
  if (share == 0 && exists) {
    for (int i = 1; i < shares; ++i) sum += partial[i][c];
    gates[c] = finish(args.gate, sum, first_channel + c);
  }
  __syncthreads();
  return gates;
}

constexpr int pixels_per_block = 4 * lanes;

template <class T, int width>
__global__ void __launch_bounds__(threads) excite(const SqueezeExciteArgs args, const float* hidden) {
  const int across = (args.channels + packs * width - 1) / (packs * width);
  const int down = (args.pixels + pixels_per_block - 1) / pixels_per_block;
  const int block = static_cast<int>(blockIdx.x);
  const int first_channel = block % across * packs * width;
  const int first_pixel = block / across % down * pixels_per_block;
  const int image = block / across / down;
  const float* gates = find_gates<width>(args, hidden + image * args.squeezed, first_channel);
  const int pack = static_cast<int>(threadIdx.x) % packs, lane = static_cast<int>(threadIdx.x) / packs;
  const int channel = first_channel + pack * width;
  if (channel >= args.channels) return;
  float gate[width];
  YY_UNROLL
  for (int c = 0; c < width; ++c) gate[c] = gates[pack * width + c];
  const int end = min(args.pixels, first_pixel + pixels_per_block);
  for (int pixel = first_pixel + lane; pixel < end; pixel += lanes) {
    const int at = (image * args.pixels + pixel) * args.channels + channel;
    auto values = load_pack<T, width>(static_cast<const T*>(args.x) + at);
    YY_UNROLL
    for (int c = 0; c < width; ++c) values.element[c] = from_float<T>(to_float(values.element[c]) * gate[c]);
    store_pack(static_cast<T*>(args.y) + at, values);
  }
}

template <class T, int width>
void launch_as(const SqueezeExciteArgs& args, float* sums, cudaStream_t stream) {
  const int shares = shares_of(args);
  float* hidden = sums + static_cast<std::ptrdiff_t>(args.images) * shares * args.channels;
  const unsigned images = static_cast<unsigned>(args.images),
                 across = blocks_for(args.channels, packs * width);
  YY_CUDA(launch(add_pixels<T, width>, dim3(images * across, static_cast<unsigned>(shares)), threads, 0,
                 stream, static_cast<const T*>(args.x), sums, args.pixels, args.channels, shares));
  if (args.squeezed > 0) {
    YY_CUDA(launch(squeeze, images * blocks_for(args.squeezed, warps), threads, 0, stream, args,
                   static_cast<const float*>(sums), hidden, shares));
  }
  YY_CUDA(launch(excite<T, width>, images * across * blocks_for(args.pixels, pixels_per_block), threads, 0,
                 stream, args, static_cast<const float*>(hidden)));
}

}  // namespace

std::size_t squeeze_excite_workspace(const SqueezeExciteArgs& args) {
  const auto images = static_cast<std::size_t>(args.images);
  return images * static_cast<std::size_t>(shares_of(args) * args.channels + args.squeezed) * sizeof(float);
}

void launch_squeeze_excite(DType dtype, const SqueezeExciteArgs& args, void* workspace, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto* sums = static_cast<float*>(workspace);
    args.channels % widest_pack<T> == 0 ? launch_as<T, widest_pack<T>>(args, sums, stream)
                                        : launch_as<T, 1>(args, sums, stream);
  });
}

}  // namespace yy::cuda
