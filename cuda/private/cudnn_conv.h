// A convolution as one of cuDNN's plans, with what cuDNN does not fuse behind it.
#pragma once

#include <variant>

#include "cuda/private/context.h"
#include "cuda/private/cudnn_graph.h"
#include "ops/activation.h"
#include "ops/round_weights.h"

namespace yy::cuda {

// Inputs of the request: x, constant weights [K, C/groups, R, S], the bias (constant where tensors are
// narrow, since cuDNN wants it in their type), the residual. `problem` is filled in but for bias and Relu.
// `filters`: which weights are rounded together. `candidate`: which of the plans that the library proposes, 0
// being the one that it expects to be the fastest.
KernelOrRefusal cudnn_conv_kernel(const KernelRequest& request, const Context& context, ConvProblem problem,
                                  const std::optional<Activation>& activation, const FilterLayout& filters,
                                  int candidate);

}  // namespace yy::cuda
