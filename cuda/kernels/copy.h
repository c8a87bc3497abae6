// Copies a block of words between two orders in memory: to[sum of k_i * to_i] = from[sum of k_i * from_i] for
// all indices k. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"

namespace yy::cuda {

struct CopyAxis {
  Divisor count;
  int to = 0, from = 0;  // words to step; `from` may be negative
};

struct CopyPlan {
  int word = 1;        // bytes: 1, 2, 4, 8 or 16; both addresses are multiples of it
  unsigned words = 0;  // product of the counts, not 0
  int rank = 1;
  CopyAxis axes[most_axes];  // outermost first
  // The last two axes change places: to steps by one word along the last, from along the one before it. Words
  // of at most 8 bytes.
  bool tiled = false;
};

void launch_copy(const CopyPlan& plan, void* to, const void* from, cudaStream_t stream);

}  // namespace yy::cuda
