// y = a (operation) b with broadcasting: y is written in its order in memory, a and b step along its axes.
// Enqueued on `stream`; throws Error (device) where that fails.
#pragma once

#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"
#include "runtime/tensor.h"

namespace yy::cuda {

enum class Arithmetic { add, sub, mul, div };

struct BroadcastAxis {
  Divisor count;
  int a = 0, b = 0;  // elements to step, 0 where the operand is broadcast
};

struct BroadcastPlan {
  unsigned elements = 0;  // of y, not 0
  int rank = 1;
  BroadcastAxis axes[most_axes];  // of y, outermost first
  // y, a and b may be read and written 16 bytes of y at a time: along the last axis a and b step by 1 or 0,
  // and every row of it begins at a multiple of such packs. A single axis may end inside of one.
  bool packed = false;
};

struct OperandTypes {
  DType y, a, b;
};

// Whether launch_binary knows these: all the same and no bool, or one of a and b float32 and the others
// 16-bit floats of one type.
bool has_binary(const OperandTypes& types);

// Integers wrap around; their division truncates, and by 0 it gives 0. y may be a or b where that has y's
// type and is not broadcast.
void launch_binary(Arithmetic operation, const OperandTypes& types, const BroadcastPlan& plan, void* y,
                   const void* a, const void* b, cudaStream_t stream);

}  // namespace yy::cuda
