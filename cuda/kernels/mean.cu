// A block computes `lanes` neighbouring outputs. Thread t sums up for output t % lanes every (256 / lanes)-th
// element, so that neighbours read neighbours: other outputs where those lie side by side (a mean over the
// pixels, channels last), elements of one mean where these do (lanes = 1). Then the block adds up the
// threads' sums pairwise.
#include "cuda/kernels/mean.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

// What sums up T: floats, or whole numbers modulo 2^64.
template <class T>
struct SumOf {
  using type = float;
};
template <>
struct SumOf<std::int32_t> {
  using type = unsigned long long;
};
template <>
struct SumOf<std::int64_t> {
  using type = unsigned long long;
};

__device__ __forceinline__ float quotient(float sum, int divisor) {
  return sum / static_cast<float>(divisor);
}

// Towards zero.
__device__ __forceinline__ long long quotient(unsigned long long sum, int divisor) {
  return static_cast<long long>(sum) / divisor;
}

// Where element `index` of a nest lies, counted with the last axis fastest.
__device__ __forceinline__ int place_of(const MeanNest& nest, int index) {
  int place = 0;
  unsigned n = static_cast<unsigned>(index);
  for (int i = nest.rank - 1; i > 0; --i) {
    const unsigned next = nest.count[i].divide(n);
    place += static_cast<int>(n - next * nest.count[i].value()) * nest.step[i];
    n = next;
  }
  return place + static_cast<int>(n) * nest.step[0];
}

// Adds up the thread's share of the elements of `width` neighbouring outputs; the first of them lies at x.
template <class T, class Sum, int width>
__device__ __forceinline__ void add_share(const T* x, const MeanArgs& args, Sum (&sum)[width]) {
  const int shares = threads / args.lanes * static_cast<int>(gridDim.y);
  const int first =
      static_cast<int>(blockIdx.y) * (threads / args.lanes) + static_cast<int>(threadIdx.x) / args.lanes;
  for (int i = first; i < args.each; i += shares) {
    const auto pack = load_pack<T, width>(x + place_of(args.reduced, i));
    for (int k = 0; k < width; ++k) {
      if constexpr (std::is_same_v<Sum, float>) {
        sum[k] += to_float(pack.element[k]);
      } else {
        sum[k] += static_cast<Sum>(static_cast<long long>(pack.element[k]));
      }
    }
  }
}

template <class T, class To, int width>
__global__ void __launch_bounds__(threads) mean(const T* x, To* y, MeanArgs args) {
  using Sum = typename SumOf<T>::type;
  YY_SHARED(Sum, sums, [width][threads]);
  const int t = static_cast<int>(threadIdx.x);
  const int output = static_cast<int>(blockIdx.x) * args.lanes + t % args.lanes;
  const bool exists = output < args.outputs;
  Sum sum[width] = {};
  if (exists) add_share(x + place_of(args.kept, output), args, sum);
  for (int k = 0; k < width; ++k) sums[k][t] = sum[k];
  for (int half = threads / 2; half >= args.lanes; half /= 2) {
    __syncthreads();
    if (t >= half) continue;
    for (int k = 0; k < width; ++k) sums[k][t] += sums[k][t + half];
  }
  if (!exists || t >= args.lanes) return;
  To* to = y + (static_cast<int>(blockIdx.y) * args.outputs + output) * width;
  for (int k = 0; k < width; ++k) to[k] = static_cast<To>(quotient(sums[k][t], args.divisor));
}

template <class T, class To, int width>
void launch_as(const MeanArgs& args, const void* x, void* y, cudaStream_t stream) {
  const dim3 grid(blocks_for(args.outputs, args.lanes), static_cast<unsigned>(args.splits));
  YY_CUDA(launch(mean<T, To, width>, grid, threads, 0, stream, static_cast<const T*>(x), static_cast<To*>(y),
                 args));
}

template <class T, class To>
void launch_real(const MeanArgs& args, const void* x, void* y, cudaStream_t stream) {
  args.packed ? launch_as<T, To, widest_pack<T>>(args, x, y, stream)
              : launch_as<T, To, 1>(args, x, y, stream);
}

}  // namespace

void launch_mean(DType from, DType to, const MeanArgs& args, const void* x, void* y, cudaStream_t stream) {
  if (from == DType::i32) return launch_as<std::int32_t, std::int32_t, 1>(args, x, y, stream);
  if (from == DType::i64) return launch_as<std::int64_t, std::int64_t, 1>(args, x, y, stream);
  with_real_type(from == DType::f32 ? to : from, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (from == to) return launch_real<T, T>(args, x, y, stream);
    if (to == DType::f32) return launch_real<T, float>(args, x, y, stream);
    launch_as<float, T, 1>(args, x, y, stream);
  });
}

}  // namespace yy::cuda
