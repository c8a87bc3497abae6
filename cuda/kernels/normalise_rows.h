// Rows of bytes as rows of floats by a table, by an index buffer whose length only the device knows
// (ops/normalise_rows.h). Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"

namespace yy::cuda {

struct NormaliseRowsArguments {
  const std::uint8_t* pixels = nullptr;  // red, green, blue
  const std::int32_t* index = nullptr;
  const std::int32_t* count = nullptr;  // one: how many of the index's rows count
  const float* table = nullptr;         // [3][256]
  float* rows = nullptr;                // as many as the index has
  int width = 1;                        // elements of a pack: 1, or 4 where a row has a multiple of 4
  unsigned packs = 0;                   // of all rows, not 0
  Divisor run;                          // packs of a row
};

void launch_normalise_rows(const NormaliseRowsArguments& arguments, cudaStream_t stream);

}  // namespace yy::cuda
