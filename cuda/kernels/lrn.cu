// LRN: one thread per element. Its neighbours' channels are read from the cache, in either layout by whole
// lines.
#include "cuda/kernels/lrn.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

// 0.75 is what every published net uses.
__device__ __forceinline__ float power(float x, float beta) {
  if (beta != 0.75F) return powf(x, beta);
  const float root = sqrtf(x);
  return root * sqrtf(root);
}

template <class T>
__global__ void __launch_bounds__(threads) lrn(const T* x, T* y, LrnArgs args) {
  const int index = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (index >= args.elements) return;
  const int channel = index / args.step % args.channels;
  const int first = max(-args.before, -channel), last = min(args.after, args.channels - 1 - channel);
  float sum = 0;
  for (int shift = first; shift <= last; ++shift) {
    const float value = to_float(x[index + shift * args.step]);
    sum += value * value;
  }
  y[index] = from_float<T>(to_float(x[index]) / power(args.bias + args.scale * sum, args.beta));
}

}  // namespace

void launch_lrn(DType dtype, const LrnArgs& args, const void* x, void* y, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    YY_CUDA(launch(lrn<T>, blocks_for(args.elements, threads), threads, 0, stream, static_cast<const T*>(x),
                   static_cast<T*>(y), args));
  });
}

}  // namespace yy::cuda
