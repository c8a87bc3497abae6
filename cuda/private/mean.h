// The mean over some axes of a tensor as a kernel: ReduceMean and GlobalAveragePool.
#pragma once

#include <vector>

#include "cuda/private/context.h"

namespace yy::cuda {

// `y` has the axes of `x` that are not dropped, in their order, and perhaps 1 in the place of those that are
// (`keepdims`). Both have one element type: real, i32 or i64.
KernelOrRefusal mean_kernel(const TensorDesc& x, const TensorDesc& y, const std::vector<bool>& dropped,
                            bool keepdims, const Context& context);

}  // namespace yy::cuda
