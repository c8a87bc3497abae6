// NormaliseRows: a block holds the table in shared memory, where neighbours may look up what they like, and
// walks over so many packs that fetching the table is the lesser part. Each thread fetches all its bytes
// before it looks up the first.
#include "cuda/kernels/normalise_rows.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"
#include "cuda/private/unroll.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;
constexpr int packs = 4;  // of a thread, `threads` apart
constexpr int channels = 3;
constexpr int values = 256;  // of a byte

template <int width>
__global__ void __launch_bounds__(threads) normalise_rows(const NormaliseRowsArguments arguments) {
  YY_SHARED(float, table, [channels * values]);
  for (int i = static_cast<int>(threadIdx.x); i < channels * values; i += threads) {
    table[i] = arguments.table[i];
  }
  __syncthreads();
  const unsigned first = blockIdx.x * (threads * packs) + threadIdx.x;
  const int count = *arguments.count, run = static_cast<int>(arguments.run.value());
  Pack<std::uint8_t, width> bytes[packs];
  bool counts[packs];
  YY_UNROLL
  for (int k = 0; k < packs; ++k) {
    const unsigned n = first + static_cast<unsigned>(k * threads);
    const auto row = static_cast<int>(arguments.run.divide(n));
    counts[k] = n < arguments.packs && row < count;
    if (!counts[k]) continue;
    const int from = static_cast<int>(n) + (arguments.index[row] - row) * run;
    bytes[k] = load_pack<std::uint8_t, width>(arguments.pixels + from * width);
  }
  YY_UNROLL
  for (int k = 0; k < packs; ++k) {
    const unsigned n = first + static_cast<unsigned>(k * threads);
    if (n >= arguments.packs) return;
    unsigned channel = n * width % channels;
    Pack<float, width> row;
    YY_UNROLL
    for (int i = 0; i < width; ++i) {
      row.element[i] = counts[k] ? table[channel * values + bytes[k].element[i]] : 0.0F;
      channel = channel == channels - 1 ? 0 : channel + 1;
    }
    store_pack<float, width>(arguments.rows + n * width, row);
  }
}

}  // namespace

void launch_normalise_rows(const NormaliseRowsArguments& arguments, cudaStream_t stream) {
  const dim3 grid(blocks_for(arguments.packs, threads * packs));
  const auto kernel = arguments.width == 4 ? normalise_rows<4> : normalise_rows<1>;
  YY_CUDA(launch(kernel, grid, threads, 0, stream, arguments));
}

}  // namespace yy::cuda
