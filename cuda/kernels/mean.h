// Means over any axes of a tensor, summed up in float32 (integers exactly) in an order that is always the
// same. Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// Where elements lie in x.
struct MeanNest {
  int rank = 1;
  Divisor count[most_axes];  // outermost axis first
  int step[most_axes] = {};  // in elements
};

struct MeanArgs {
  MeanNest kept;     // the first element of each output, in the order in which y has them
  MeanNest reduced;  // steps from there
  int outputs = 0;   // of `kept`; with `packed`, of 16 bytes of neighbours each
  int each = 0;      // elements to add up for each
  int divisor = 1;   // of the sums; 1: y gets sums
  bool packed = false;
  int lanes = 1;   // neighbouring outputs that a block computes: a power of two, 256 at most
  int splits = 1;  // blocks that share an output; y gets a sum from each: [splits, outputs]
};

// `from` and `to`: the same real type, or one of them f32; or i32 or i64, both.
void launch_mean(DType from, DType to, const MeanArgs& args, const void* x, void* y, cudaStream_t stream);

}  // namespace yy::cuda
