// Whole rows by an index buffer whose length only the device knows (ops/rows.h). Enqueued on `stream`; throws
// Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"

namespace yy::cuda {

struct RowsArguments {
  const void* from = nullptr;
  void* to = nullptr;
  const std::int32_t* index = nullptr;
  const std::int32_t* count = nullptr;  // one: how many of the index's rows count
  int word = 1;                         // bytes: 1, 2, 4, 8 or 16
  unsigned words = 0;                   // of as many rows as the index has, not 0
  Divisor run;                          // words of a row
};

// to[i] = from[index[i]] for i < count.
void launch_gather_rows(const RowsArguments& arguments, cudaStream_t stream);

// to[index[i]] = from[i] for i < count.
void launch_scatter_rows(const RowsArguments& arguments, cudaStream_t stream);

}  // namespace yy::cuda
