// ReduceMean over any axes, in either layout.
#include "ops/reduce.h"

#include "cuda/private/context.h"
#include "cuda/private/mean.h"

namespace yy::cuda {

KernelOrRefusal make_reduce(const KernelRequest& request, const Context& context) {
  const auto& reduce = static_cast<const Reduce&>(request.op);
  return mean_kernel(request.inputs[0].desc, request.outputs[0], reduce.reduced(request.inputs),
                     reduce.keepdims(), context);
}

}  // namespace yy::cuda
