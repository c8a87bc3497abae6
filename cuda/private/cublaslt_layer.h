// A layer, or a convolution of one tap, by one of cuBLASLt's algorithms, with what it does not fuse behind
// it.
#pragma once

#include "cuda/private/context.h"
#include "cuda/private/products.h"

namespace yy::cuda {

// Inputs of the request as LayerProduct has them. `candidate`: which of the algorithms that the library
// proposes, 0 being the one that it expects to be the fastest.
KernelOrRefusal cublaslt_layer_kernel(const KernelRequest& request, const Context& context,
                                      const LayerProduct& layer, int candidate);

}  // namespace yy::cuda
