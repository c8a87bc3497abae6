// The cascade's probe: per row the first largest score and the gate's value, in one pass over the scores.
// Each thread keeps the largest score it has seen, where it stood, the second largest, and two sums relative
// to the largest: of the exponentials, and of those times the difference to the largest. A larger score
// rescales the sums (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018). The threads'
// answers are merged by shuffles and then through shared memory.
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
  float largest, second;
  float sum;  // of exp(score - largest)
  float
      weighted;  // of exp(score - largest) * (score - largest); of p * log(p) where scores are probabilities
  int label;
  int has_nan;
};

// Of no scores: any largest one is at least as large, any label comes before.
__device__ __forceinline__ Seen nothing() {
  return {-INFINITY, -INFINITY, 0.F, 0.F, INT_MAX, 0};
}

// What exp(score - before) is to be multiplied with so that it becomes exp(score - now). Equal infinities
// have no difference.
__device__ __forceinline__ float rescaled(float before, float now) {
  return before == now ? 1.F : expf(before - now);
}

// The weighted sum relative to `now` rather than `before`.
__device__ __forceinline__ float moved(const Seen& seen, float now) {
  const float factor = rescaled(seen.largest, now);
  if (seen.largest == now || factor == 0.F) return factor == 0.F ? 0.F : seen.weighted;
  return factor * (seen.weighted + seen.sum * (seen.largest - now));
}

// A score's share of the weighted sum; `term` is exp(score - largest).
template <bool probabilities>
__device__ __forceinline__ float weighted(float score, float term, float largest) {
  if constexpr (probabilities) return score > 0.F ? score * logf(score) : 0.F;
  return term > 0.F && score != largest ? term * (score - largest) : 0.F;
}

template <int width>
__device__ __forceinline__ float sum_of(float (&term)[width]) {
  for (int half = width / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) term[i] += term[i + half];
  }
  return term[0];
}

// `width` neighbouring scores from class `first` on. Their exponentials are summed in pairs before they are
// added.
template <bool probabilities, int width>
__device__ __forceinline__ void look_at(Seen& seen, const Pack<float, width>& scores, int first) {
  const Seen before = seen;
  for (int i = 0; i < width; ++i) {
    const float score = scores.element[i];
    if (score != score) seen.has_nan = 1;
    if (score > seen.largest) {
      seen.second = seen.largest;
      seen.largest = score;
      seen.label = first + i;
    } else {
      seen.second = fmaxf(seen.second, score);
    }
  }
  float term[width], weight[width];
  for (int i = 0; i < width; ++i) {
    term[i] = rescaled(scores.element[i], seen.largest);
    weight[i] = weighted<probabilities>(scores.element[i], term[i], seen.largest);
  }
  seen.sum = before.sum * rescaled(before.largest, seen.largest) + sum_of(term);
  seen.weighted = (probabilities ? before.weighted : moved(before, seen.largest)) + sum_of(weight);
}

// Of equal scores the first one counts.
template <bool probabilities>
__device__ __forceinline__ Seen merged(const Seen& a, const Seen& b) {
  Seen both;
  both.largest = fmaxf(a.largest, b.largest);
  both.second = fmaxf(fminf(a.largest, b.largest), fmaxf(a.second, b.second));
  both.sum = a.sum * rescaled(a.largest, both.largest) + b.sum * rescaled(b.largest, both.largest);
  both.weighted = probabilities ? a.weighted + b.weighted : moved(a, both.largest) + moved(b, both.largest);
  const bool takes_b = b.largest > a.largest || (b.largest == a.largest && b.label < a.label);
  both.label = takes_b ? b.label : a.label;
  both.has_nan = a.has_nan | b.has_nan;
  return both;
}

// Lane 0 gets what all lanes of the warp have seen.
template <bool probabilities>
__device__ __forceinline__ Seen merged_over_warp(Seen seen) {
  for (int distance = warp / 2; distance > 0; distance /= 2) {
    Seen other;
    other.largest = __shfl_down_sync(0xffffffffu, seen.largest, distance);
    other.second = __shfl_down_sync(0xffffffffu, seen.second, distance);
    other.sum = __shfl_down_sync(0xffffffffu, seen.sum, distance);
    other.weighted = __shfl_down_sync(0xffffffffu, seen.weighted, distance);
    other.label = __shfl_down_sync(0xffffffffu, seen.label, distance);
    other.has_nan = __shfl_down_sync(0xffffffffu, seen.has_nan, distance);
    seen = merged<probabilities>(seen, other);
  }
  return seen;
}

// The scores of one row that fall to thread number `thread` of `step` threads.
template <bool probabilities, int width>
__device__ __forceinline__ Seen look_through(const float* row, int classes, int thread, int step) {
  Seen seen = nothing();
  for (int at = thread * width; at < classes; at += step * width) {
    look_at<probabilities>(seen, load_pack<float, width>(row + at), at);
  }
  return seen;
}

template <bool probabilities>
__device__ __forceinline__ float gate_value(const ProbeArguments& to, const Seen& seen) {
  const bool one = to.classes == 1;
  if (to.gate == Gate::entropy) {
    const float entropy = probabilities ? -seen.weighted : logf(seen.sum) - seen.weighted / seen.sum;
    return one ? 1.F : 1.F - entropy / logf(static_cast<float>(to.classes));
  }
  if (to.gate == Gate::margin && !one) {
    return probabilities ? seen.largest - seen.second : -expm1f(seen.second - seen.largest) / seen.sum;
  }
  return probabilities ? seen.largest : 1.F / seen.sum;
}

template <bool probabilities>
__device__ __forceinline__ void answer(const ProbeArguments& to, int row, const Seen& seen) {
  // Without a probability there is no softmax of infinite scores: inf - inf.
  const bool hopeless = seen.has_nan || (!probabilities && fabsf(seen.largest) == INFINITY);
  const int label = seen.label == INT_MAX ? 0 : seen.label;  // all are -infinity
  to.label[row] = hopeless ? -1 : label;
  to.confidence[row] = hopeless ? NAN : gate_value<probabilities>(to, seen);
}

template <bool probabilities, int width>
__global__ void __launch_bounds__(threads) probe_by_warps(const ProbeArguments arguments) {
  const int row = static_cast<int>(blockIdx.x) * (threads / warp) + static_cast<int>(threadIdx.x) / warp;
  const int lane = static_cast<int>(threadIdx.x) % warp;
  if (row >= arguments.rows) return;  // a whole warp
  const float* scores = arguments.scores + static_cast<std::int64_t>(row) * arguments.classes;
  const Seen seen = merged_over_warp<probabilities>(
      look_through<probabilities, width>(scores, arguments.classes, lane, warp));
  if (lane == 0) answer<probabilities>(arguments, row, seen);
}

template <bool probabilities, int width>
__global__ void __launch_bounds__(threads) probe_by_blocks(const ProbeArguments arguments) {
  YY_SHARED(Seen, of_warps, [threads / warp]);
  const int thread = static_cast<int>(threadIdx.x), lane = thread % warp;
  const float* scores = arguments.scores + static_cast<std::int64_t>(blockIdx.x) * arguments.classes;
  const Seen seen = merged_over_warp<probabilities>(
      look_through<probabilities, width>(scores, arguments.classes, thread, threads));
  if (lane == 0) of_warps[thread / warp] = seen;
  __syncthreads();
  if (thread >= warp) return;
  const Seen all = merged_over_warp<probabilities>(lane < threads / warp ? of_warps[lane] : nothing());
  if (lane == 0) answer<probabilities>(arguments, static_cast<int>(blockIdx.x), all);
}

template <bool probabilities>
void launch_as(const ProbeArguments& arguments, cudaStream_t stream) {
  const bool packs = arguments.classes % 4 == 0;  // rows begin at multiples of 16 bytes
  if (arguments.classes <= most_classes_per_warp) {
    const dim3 grid(blocks_for(arguments.rows, threads / warp));
    YY_CUDA(launch(packs ? probe_by_warps<probabilities, 4> : probe_by_warps<probabilities, 1>, grid, threads,
                   0, stream, arguments));
    return;
  }
  const dim3 grid(static_cast<unsigned>(arguments.rows));
  YY_CUDA(launch(packs ? probe_by_blocks<probabilities, 4> : probe_by_blocks<probabilities, 1>, grid, threads,
                 0, stream, arguments));
}

}  // namespace

void launch_probe(const ProbeArguments& arguments, cudaStream_t stream) {
  arguments.probabilities ? launch_as<true>(arguments, stream) : launch_as<false>(arguments, stream);
}

}  // namespace yy::cuda
