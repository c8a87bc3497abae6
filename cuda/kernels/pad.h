// y = x with more or fewer words along its axes; y is written in its order in memory. Enqueued on `stream`;
// throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"

namespace yy::cuda {

// What stands where x has nothing: the value, or x's edge, its mirror image, or its other end.
enum class PadMode { constant, edge, reflect, wrap };

struct PadAxis {
  Divisor count;   // of y
  int size = 1;    // of x
  int before = 0;  // how many of y come before the first of x; negative: how many of x are left out
  int step = 0;    // words from one of x to the next
};

struct PadPlan {
  int word = 1;        // bytes: 1, 2, 4, 8 or 16
  unsigned words = 0;  // of y, not 0
  PadMode mode = PadMode::constant;
  int rank = 1;
  PadAxis axes[most_axes];                   // in y's order in memory, outermost first
  alignas(16) unsigned char value[16] = {};  // the value's bytes, over and over
};

void launch_pad(const PadPlan& plan, void* y, const void* x, cudaStream_t stream);

}  // namespace yy::cuda
