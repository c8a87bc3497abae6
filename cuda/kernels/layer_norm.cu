// Layer normalisation: a warp for each short row, a block for each long one. The row is read three times, for
// the mean, for the variance around it and for the result; after the first time it comes from the cache.
#include "cuda/kernels/layer_norm.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/reduce.cuh"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;
constexpr int longest_of_warp = 2048;  // elements

// `team` threads work on a row: a warp or the block.
template <int team>
__device__ __forceinline__ float team_sum(float x) {
  if constexpr (team == warp_threads) {
    return warp_sum(x);
  } else {
    return block_sum<team>(x);
  }
}

template <class T, int width, int team>
__global__ void __launch_bounds__(threads)
    layer_norm(const T* x, T* y, LayerNormArgs args, LayerNormTensors tensors) {
  const int row = static_cast<int>(blockIdx.x) * (threads / team) + static_cast<int>(threadIdx.x) / team;
  if (row >= args.rows) return;  // the whole team
  x += row * args.size;
  y += row * args.size;
  const int first = static_cast<int>(threadIdx.x) % team * width;
  const auto sum_of = [&](const auto& f) {
    float sum = 0;
    for (int i = first; i < args.size; i += team * width) {
      const auto pack = load_pack<T, width>(x + i);
      for (const T& element : pack.element) sum += f(to_float(element));
    }
    return team_sum<team>(sum);
  };
  const float count = static_cast<float>(args.size);
  const float mean = sum_of([](float value) { return value; }) / count;
  const float variance = sum_of([=](float value) { return (value - mean) * (value - mean); }) / count;
  const float inverse = 1.F / sqrtf(variance + args.epsilon);
  for (int i = first; i < args.size; i += team * width) {
    auto pack = load_pack<T, width>(x + i);
    for (int k = 0; k < width; ++k) {
      const float normal = (to_float(pack.element[k]) - mean) * inverse * tensors.scale[i + k];
      pack.element[k] = from_float<T>(tensors.shift != nullptr ? normal + tensors.shift[i + k] : normal);
    }
    store_pack(y + i, pack);
  }
  if (first > 0) return;
  if (tensors.mean != nullptr) tensors.mean[row] = mean;
  if (tensors.inverse != nullptr) tensors.inverse[row] = inverse;
}

template <class T, int width>
void launch_packed(const LayerNormArgs& args, const void* x, void* y, const LayerNormTensors& tensors,
                   cudaStream_t stream) {
  const bool is_short = args.size <= longest_of_warp;
  const auto kernel = is_short ? layer_norm<T, width, warp_threads> : layer_norm<T, width, threads>;
  const unsigned blocks = blocks_for(args.rows, is_short ? threads / warp_threads : 1);
  YY_CUDA(launch(kernel, blocks, threads, 0, stream, static_cast<const T*>(x), static_cast<T*>(y), args,
                 tensors));
}

}  // namespace

void launch_layer_norm(DType dtype, const LayerNormArgs& args, const void* x, void* y,
                       const LayerNormTensors& tensors, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int width = widest_pack<T>;
    if (args.size % width == 0) return launch_packed<T, width>(args, x, y, tensors, stream);
    launch_packed<T, 1>(args, x, y, tensors, stream);
  });
}

}  // namespace yy::cuda
