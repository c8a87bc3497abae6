// Resizing and normalising. The first pass makes one pixel per thread in some rows, so that the weights of a
// column, which neighbours read side by side, serve several rows. In the second, whose weights are the same
// all along a row, a thread makes four neighbouring bytes, whatever their colours, into floats.
#include "cuda/kernels/resample.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"
#include "ops/resample.h"

namespace yy::cuda {
namespace {

constexpr int threads = 128;
constexpr int channels = 3;
constexpr int rows_together = 4;
constexpr int bytes_together = 4;
constexpr int half = 1 << (resample_precision_bits - 1);

__device__ __forceinline__ std::uint8_t to_pixel(int sum) {
  return static_cast<std::uint8_t>(min(max(sum >> resample_precision_bits, 0), 255));
}

// blockIdx.y: the picture.
__global__ void __launch_bounds__(threads) pass_across(ResampleBatch batch, int row_bytes) {
  const ResampleJob job = batch.jobs[blockIdx.y];
  const int index = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  const int row = index / batch.size * rows_together, column = index % batch.size;  // row: of those kept
  if (row >= job.rows) return;
  const std::int32_t* table = batch.tables + job.across;
  const int first = table[column], count = table[batch.size + column];
  const std::int32_t* weight = table + 2 * batch.size + column;
  const std::uint8_t* from = batch.pixels + job.pixels + (first - job.left) * channels +
                             std::int64_t{job.first_row + row - job.top} * job.row_bytes;
  const int rows = min(rows_together, job.rows - row);

  int sum[rows_together][channels];
  for (auto& pixel : sum) {
    for (int& value : pixel) value = half;
  }
  for (int k = 0; k < count; ++k, from += channels, weight += batch.size) {
    for (int r = 0; r < rows_together; ++r) {
      if (r >= rows) continue;
      const std::uint8_t* pixel = from + std::int64_t{r} * job.row_bytes;
      for (int c = 0; c < channels; ++c) sum[r][c] += pixel[c] * *weight;
    }
  }
  std::uint8_t* to = batch.between + job.between + std::int64_t{row} * row_bytes + column * channels;
  for (int r = 0; r < rows; ++r, to += row_bytes) {
    for (int c = 0; c < channels; ++c) to[c] = to_pixel(sum[r][c]);
  }
}

// An index that is not known would send the arguments into memory.
__device__ __forceinline__ float of_channel(const float (&values)[channels], int c) {
  return c == 0 ? values[0] : c == 1 ? values[1] : values[2];
}

// blockIdx.y: the picture.
template <class T>
__global__ void __launch_bounds__(threads) pass_down(ResampleBatch batch, int row_bytes, T* y) {
  const ResampleJob job = batch.jobs[blockIdx.y];
  const int index = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  const int per_row = row_bytes / bytes_together, row = index / per_row;
  const int at = (index - row * per_row) * bytes_together, values = batch.size * channels;
  if (row >= batch.size) return;
  const std::int32_t* table = batch.tables + job.down;
  const int first = table[row], count = table[batch.size + row];
  const std::int32_t* weight = table + 2 * batch.size + row;
  const std::uint8_t* from =
      batch.between + job.between + std::int64_t{first - job.first_row} * row_bytes + at;

  int sum[bytes_together] = {half, half, half, half};
  for (int k = 0; k < count; ++k, from += row_bytes, weight += batch.size) {
    const auto bytes = load_pack<std::uint8_t, bytes_together>(from);
    for (int i = 0; i < bytes_together; ++i) sum[i] += bytes.element[i] * *weight;
  }
  Pack<T, bytes_together> out;
  for (int i = 0; i < bytes_together; ++i) {
    const int c = (at + i) % channels;
    const float mean = of_channel(batch.mean, c), std = of_channel(batch.std, c);
    out.element[i] = from_float<T>((static_cast<float>(to_pixel(sum[i])) - mean) / std);
  }
  T* to = y + (std::int64_t{blockIdx.y} * batch.size + row) * values + at;
  if (values % bytes_together == 0) return store_pack(to, out);
  for (int i = 0; i < min(bytes_together, values - at); ++i) to[i] = out.element[i];
}

}  // namespace

void launch_resample(DType dtype, const ResampleBatch& batch, void* y, cudaStream_t stream) {
  const int row_bytes = resample_row_bytes(batch.size);
  const auto pictures = static_cast<unsigned>(batch.pictures);
  const std::int64_t groups = (batch.most_rows + rows_together - 1) / rows_together;
  const dim3 across(blocks_for(groups * batch.size, threads), pictures);
  YY_CUDA(launch(pass_across, across, threads, 0, stream, batch, row_bytes));
  const dim3 down(blocks_for(std::int64_t{batch.size} * row_bytes / bytes_together, threads), pictures);
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    YY_CUDA(launch(pass_down<T>, down, threads, 0, stream, batch, row_bytes, static_cast<T*>(y)));
  });
}

}  // namespace yy::cuda
