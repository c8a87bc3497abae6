// GatherRows and ScatterRows: one thread per word of as many rows as there may be. Blocks behind the last row
// that counts leave at once.
#include "cuda/kernels/rows.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/words.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

template <class W, bool scatter>
__global__ void __launch_bounds__(threads) move_rows(const RowsArguments arguments) {
  const unsigned n = blockIdx.x * threads + threadIdx.x;
  if (n >= arguments.words) return;
  const auto row = static_cast<int>(arguments.run.divide(n));
  if (row >= *arguments.count) return;
  const auto run = static_cast<int>(arguments.run.value());
  const auto near = static_cast<int>(n);
  const int far = near + (arguments.index[row] - row) * run;
  const auto* from = static_cast<const W*>(arguments.from);
  auto* to = static_cast<W*>(arguments.to);
  to[scatter ? far : near] = from[scatter ? near : far];
}

template <bool scatter>
void launch_rows(const RowsArguments& arguments, cudaStream_t stream) {
  with_word(arguments.word, [&](auto tag) {
    using W = typename decltype(tag)::type;
    const dim3 grid(blocks_for(arguments.words, threads));
    YY_CUDA(launch(move_rows<W, scatter>, grid, threads, 0, stream, arguments));
  });
}

}  // namespace

void launch_gather_rows(const RowsArguments& arguments, cudaStream_t stream) {
  launch_rows<false>(arguments, stream);
}

void launch_scatter_rows(const RowsArguments& arguments, cudaStream_t stream) {
  launch_rows<true>(arguments, stream);
}

}  // namespace yy::cuda
