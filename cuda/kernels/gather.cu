// Gather by a constant table: one thread per word of the result.
#include "cuda/kernels/gather.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/words.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

template <class W>
__global__ void __launch_bounds__(threads) gather(const GatherPlan plan, W* y, const GatherEntry* table) {
  const unsigned n = blockIdx.x * threads + threadIdx.x;
  if (n >= plan.words) return;
  const unsigned row = plan.run.divide(n), outer = plan.taken.divide(row);
  const auto word = static_cast<int>(n - row * plan.run.value());
  const GatherEntry entry = table[row - outer * plan.taken.value()];
  const int number = entry.tensor - plan.first;
  if (number < 0 || number >= plan.count) return;
  const GatherTensor& tensor = plan.tensors[number];
  const int from =
      (static_cast<int>(outer) * tensor.rows + entry.row) * static_cast<int>(plan.run.value()) + word;
  y[n] = static_cast<const W*>(tensor.data)[from];
}

}  // namespace

void launch_gather(const GatherPlan& plan, void* y, const GatherEntry* table, cudaStream_t stream) {
  with_word(plan.word, [&](auto tag) {
    using W = typename decltype(tag)::type;
    YY_CUDA(launch(gather<W>, dim3(blocks_for(plan.words, threads)), threads, 0, stream, plan,
                   static_cast<W*>(y), table));
  });
}

}  // namespace yy::cuda
