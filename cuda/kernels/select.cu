// The cascade's gate: a row is deferred unless its confidence exceeds the threshold. Batches hold at most
// some thousand rows, so one block walks over them in chunks of a row per thread. Each warp ballots; sums of
// the warps' counts tell every deferred row its place, so places rise with rows and every run writes the
// same.
#include "cuda/kernels/select.h"
#include "cuda/private/check.h"
#include "cuda/private/launch.h"

namespace yy::cuda {
namespace {

constexpr int warp = 32;
constexpr int most_threads = 1024;
constexpr unsigned whole_warp = 0xffffffffu;

// counts[0] + ... + counts[lane], given each lane's own.
__device__ __forceinline__ int sum_up_to_lane(int count, int lane) {
  for (int distance = 1; distance < warp; distance *= 2) {
    const int before = __shfl_up_sync(whole_warp, count, distance);
    if (lane >= distance) count += before;
  }
  return count;
}

__global__ void __launch_bounds__(most_threads) select_rows(const SelectArguments arguments) {
  YY_SHARED(int, deferred_by_warp, [most_threads / warp]);
  const int thread = static_cast<int>(threadIdx.x), threads = static_cast<int>(blockDim.x);
  const int lane = thread % warp, own_warp = thread / warp, warps = threads / warp;
  const float threshold = *arguments.threshold;
  const int valid = *arguments.valid < arguments.rows ? *arguments.valid : arguments.rows;
  int done = 0;  // rows deferred in the chunks before
  for (int first = 0; first < valid; first += threads) {
    const int row = first + thread;
    const bool deferred = row < valid && !(arguments.confidence[row] > threshold);
    const unsigned ballot = __ballot_sync(whole_warp, deferred);
    if (lane == 0) deferred_by_warp[own_warp] = __popc(ballot);
    __syncthreads();
    const int sum = sum_up_to_lane(lane < warps ? deferred_by_warp[lane] : 0, lane);
    const int before_warp = own_warp == 0 ? 0 : __shfl_sync(whole_warp, sum, own_warp - 1);
    const int before_lane = __popc(ballot & ((1u << lane) - 1));
    if (deferred) arguments.index[done + before_warp + before_lane] = row;
    done += __shfl_sync(whole_warp, sum, warp - 1);
    __syncthreads();
  }
  if (thread == 0) *arguments.count = done;
}

}  // namespace

void launch_select(const SelectArguments& arguments, cudaStream_t stream) {
  int threads = warp;
  while (threads < arguments.rows && threads < most_threads) threads *= 2;
  YY_CUDA(launch(select_rows, dim3(1), dim3(static_cast<unsigned>(threads)), 0, stream, arguments));
}

}  // namespace yy::cuda
