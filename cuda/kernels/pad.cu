// Pad: one thread per word of the result finds out, axis by axis, which word of the input stands there.
#include <cstring>

#include "cuda/kernels/pad.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/words.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

__device__ __forceinline__ int remainder(int place, int period) {
  const int at = place % period;
  return at < 0 ? at + period : at;
}

// Which of `size` words stands at `place`, counted from the first of them; -1 where the value does.
__device__ __forceinline__ int source(PadMode mode, int place, int size) {
  if (place >= 0 && place < size) return place;
  switch (mode) {
    case PadMode::edge:
      return place < 0 ? 0 : size - 1;
    case PadMode::reflect: {
      if (size == 1) return 0;
      const int period = 2 * (size - 1);  // the edges themselves are not repeated
      const int at = remainder(place, period);
      return at < size ? at : period - at;
    }
    case PadMode::wrap:
      return remainder(place, size);
    default:
      return -1;
  }
}

template <class W>
__global__ void __launch_bounds__(threads) pad(const PadPlan plan, W* y, const W* x, W value) {
  const unsigned n = blockIdx.x * threads + threadIdx.x;
  if (n >= plan.words) return;
  bool inside = true;
  int from = 0;
  unsigned rest = n;
  for (int i = plan.rank - 1; i >= 0; --i) {
    const PadAxis& axis = plan.axes[i];
    const unsigned next = axis.count.divide(rest);
    const int index = static_cast<int>(rest - next * axis.count.value());
    const int at = source(plan.mode, index - axis.before, axis.size);
    inside = inside && at >= 0;
    from += at * axis.step;
    rest = next;
  }
  y[n] = inside ? x[from] : value;
}

}  // namespace

void launch_pad(const PadPlan& plan, void* y, const void* x, cudaStream_t stream) {
  with_word(plan.word, [&](auto tag) {
    using W = typename decltype(tag)::type;
    W value;
    std::memcpy(&value, plan.value, sizeof value);
    YY_CUDA(launch(pad<W>, dim3(blocks_for(plan.words, threads)), threads, 0, stream, plan,
                   static_cast<W*>(y), static_cast<const W*>(x), value));
  });
}

}  // namespace yy::cuda
