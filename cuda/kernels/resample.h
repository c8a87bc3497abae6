// Pictures of different sizes, each resized to a square and normalised: two launches for a whole batch.
// Resizing is Pillow's to the last bit, the arithmetic of ops/resample.h: first across, rounded to 8 bits,
// then down. Then (pixel - mean) / std in float32. Enqueued on `stream`; throws Error (device) where that
// fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "runtime/tensor.h"

namespace yy::cuda {

// One picture, of which a crop is in device memory: 8-bit RGB, rows top to bottom. Coordinates are pixels of
// the whole picture.
//
// The table of an axis is three arrays of int32: for each output the first pixel that it reads, then for each
// how many it reads; then, for the first of those, the second, and so on, the weights for each output.
struct ResampleJob {
  std::int64_t pixels = 0;   // bytes from ResampleBatch::pixels to the crop
  std::int64_t between = 0;  // bytes from ResampleBatch::between to this picture's rows after the first pass
  std::int32_t row_bytes = 0;            // from one row of the crop to the next
  std::int32_t left = 0, top = 0;        // where the crop begins
  std::int32_t first_row = 0, rows = 0;  // what the second pass reads
  std::int32_t across = 0, down = 0;     // where the tables begin, counted in ResampleBatch::tables
};

// Pointers are to device memory, which must stay as it is until the stream has come this far.
struct ResampleBatch {
  const ResampleJob* jobs = nullptr;  // one per picture
  const std::int32_t* tables = nullptr;
  const std::uint8_t* pixels = nullptr;
  std::uint8_t* between = nullptr;                // scratch; rows of resample_row_bytes(size)
  int pictures = 0;                               // 65,535 at most
  int most_rows = 0;                              // the largest ResampleJob::rows
  int size = 0;                                   // side of the square
  float mean[3] = {0, 0, 0}, std[3] = {1, 1, 1};  // of red, green and blue, on the scale 0 to 255
};

// Of a row after the first pass: `size` pixels, filled up so that the second pass can read four bytes at
// once.
constexpr int resample_row_bytes(int size) {
  return (size * 3 + 3) / 4 * 4;
}

// Writes y, [pictures, size, size, 3], of `dtype` f32, f16 or bf16.
void launch_resample(DType dtype, const ResampleBatch& batch, void* y, cudaStream_t stream);

}  // namespace yy::cuda
