// y [outer, taken, run] = rows of up to 16 tensors [outer, rows, run] by a table: y's row t is row
// table[t].row of tensor table[t].tensor. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"

namespace yy::cuda {

struct GatherEntry {
  std::int32_t tensor = 0, row = 0;
};

struct GatherTensor {
  const void* data = nullptr;
  int rows = 0;
};

inline constexpr int most_gather_tensors = 16;

struct GatherPlan {
  int word = 1;        // bytes: 1, 2, 4, 8 or 16
  unsigned words = 0;  // of y, not 0
  Divisor run, taken;  // words of a row; rows of y
  // tensors[i] is number first + i to the table. Rows of y whose tensor is not among them stay as they are.
  int first = 0, count = 0;
  GatherTensor tensors[most_gather_tensors];
};

// `table`: a row of y each, in device memory.
void launch_gather(const GatherPlan& plan, void* y, const GatherEntry* table, cudaStream_t stream);

}  // namespace yy::cuda
