// The cascade's probe: per row the first largest score and its softmax probability, 1 / sum(exp(score -
// largest)), in one pass over the scores. Each thread keeps the largest score it has seen, where it stood,
// and the sum of exponentials relative to it; a larger score rescales the sum (Milakov and Gimelshein,
// "Online normalizer calculation for softmax", 2018). The threads' answers are merged by shuffles and then
// through shared memory.
//
// One warp takes a row of few classes, one block a row of many. That choice, the width of the loads and so
// the order of all sums depend on the number of classes alone: a row gets the same confidence in every batch.
#include <climits>
#include <cmath>

#include "cuda/kernels/probe.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int warp = 32;
constexpr int threads = 256;
constexpr int most_classes_per_warp = 256;

// What is known of some of a row's scores.
struct Seen {
  float largest;
  float sum;  // of exp(score - largest)
  int label;
  int has_nan;
};

// Of no scores: any largest one is at least as large, any label comes before.
__device__ __forceinline__ Seen nothing() {
  return {-INFINITY, 0.F, INT_MAX, 0};
}

// What exp(score - before) is to be multiplied with so that it becomes exp(score - now). Equal infinities
// have no difference.
__device__ __forceinline__ float rescaled(float before, float now) {
  return before == now ? 1.F : expf(before - now);
}

// `width` neighbouring scores from class `first` on. Their exponentials are summed in pairs before they are
// added.
template <int width>
__device__ __forceinline__ void look_at(Seen& seen, const Pack<float, width>& scores, int first) {
  const float before = seen.largest;
  for (int i = 0; i < width; ++i) {
    const float score = scores.element[i];
    if (score != score) seen.has_nan = 1;
    if (score > seen.largest) {
      seen.largest = score;
      seen.label = first + i;
    }
  }
  float term[width];
  for (int i = 0; i < width; ++i) term[i] = rescaled(scores.element[i], seen.largest);
  for (int half = width / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) term[i] += term[i + half];
  }
  seen.sum = seen.sum * rescaled(before, seen.largest) + term[0];
}

// Of equal scores the first one counts.
__device__ __forceinline__ Seen merged(const Seen& a, const Seen& b) {
  Seen both;
  both.largest = fmaxf(a.largest, b.largest);
  both.sum = a.sum * rescaled(a.largest, both.largest) + b.sum * rescaled(b.largest, both.largest);
  const bool takes_b = b.largest > a.largest || (b.largest == a.largest && b.label < a.label);
  both.label = takes_b ? b.label : a.label;
  both.has_nan = a.has_nan | b.has_nan;
  return both;
}

// Lane 0 gets what all lanes of the warp have seen.
__device__ __forceinline__ Seen merged_over_warp(Seen seen) {
  for (int distance = warp / 2; distance > 0; distance /= 2) {
    Seen other;
    other.largest = __shfl_down_sync(0xffffffffu, seen.largest, distance);
    other.sum = __shfl_down_sync(0xffffffffu, seen.sum, distance);
    other.label = __shfl_down_sync(0xffffffffu, seen.label, distance);
    other.has_nan = __shfl_down_sync(0xffffffffu, seen.has_nan, distance);
    seen = merged(seen, other);
  }
  return seen;
}

// The scores of one row that fall to thread number `thread` of `step` threads.
template <int width>
__device__ __forceinline__ Seen look_through(const float* row, int classes, int thread, int step) {
  Seen seen = nothing();
  for (int at = thread * width; at < classes; at += step * width) {
    look_at<width>(seen, load_pack<float, width>(row + at), at);
  }
  return seen;
}

__device__ __forceinline__ void answer(const ProbeArguments& to, int row, const Seen& seen) {
  // Without a probability there is no softmax of infinite scores: inf - inf.
  const bool hopeless = seen.has_nan || (!to.probabilities && fabsf(seen.largest) == INFINITY);
  const int label = seen.label == INT_MAX ? 0 : seen.label;  // all are -infinity
  const float confidence = to.probabilities ? seen.largest : 1.F / seen.sum;
  to.label[row] = hopeless ? -1 : label;
  to.confidence[row] = hopeless ? NAN : confidence;
}

template <int width>
__global__ void __launch_bounds__(threads) probe_by_warps(const ProbeArguments arguments) {
  const int row = static_cast<int>(blockIdx.x) * (threads / warp) + static_cast<int>(threadIdx.x) / warp;
  const int lane = static_cast<int>(threadIdx.x) % warp;
  if (row >= arguments.rows) return;  // a whole warp
  const float* scores = arguments.scores + static_cast<std::int64_t>(row) * arguments.classes;
  const Seen seen = merged_over_warp(look_through<width>(scores, arguments.classes, lane, warp));
  if (lane == 0) answer(arguments, row, seen);
}

template <int width>
__global__ void __launch_bounds__(threads) probe_by_blocks(const ProbeArguments arguments) {
  YY_SHARED(Seen, of_warps, [threads / warp]);
  const int thread = static_cast<int>(threadIdx.x), lane = thread % warp;
  const float* scores = arguments.scores + static_cast<std::int64_t>(blockIdx.x) * arguments.classes;
  const Seen seen = merged_over_warp(look_through<width>(scores, arguments.classes, thread, threads));
  if (lane == 0) of_warps[thread / warp] = seen;
  __syncthreads();
  if (thread >= warp) return;
  const Seen all = merged_over_warp(lane < threads / warp ? of_warps[lane] : nothing());
  if (lane == 0) answer(arguments, static_cast<int>(blockIdx.x), all);
}

}  // namespace

void launch_probe(const ProbeArguments& arguments, cudaStream_t stream) {
  const bool packs = arguments.classes % 4 == 0;  // rows begin at multiples of 16 bytes
  if (arguments.classes <= most_classes_per_warp) {
    const dim3 grid(blocks_for(arguments.rows, threads / warp));
    YY_CUDA(launch(packs ? probe_by_warps<4> : probe_by_warps<1>, grid, threads, 0, stream, arguments));
    return;
  }
  const dim3 grid(static_cast<unsigned>(arguments.rows));
  YY_CUDA(launch(packs ? probe_by_blocks<4> : probe_by_blocks<1>, grid, threads, 0, stream, arguments));
}

}  // namespace yy::cuda
