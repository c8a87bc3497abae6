// The loop nest of y = f(a, b) with numpy's broadcasting, as kernels take it.
#pragma once

#include "cuda/kernels/binary.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// `y` has elements, and at most most_axes axes.
BroadcastPlan plan_broadcast(const TensorDesc& y, const TensorDesc& a, const TensorDesc& b);

}  // namespace yy::cuda
