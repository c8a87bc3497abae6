// Softmax; all shape logic is the operator's own.
#include "ops/softmax.h"

#include "cuda/kernels/softmax.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_softmax(const KernelRequest& request, const Context&) {
  const auto split = static_cast<const Softmax&>(request.op).split(request.inputs[0].desc.shape);
  const int outer = static_cast<int>(split.outer), axis = static_cast<int>(split.axis);
  const int inner = static_cast<int>(split.inner);
  Kernel kernel = kernel_of("softmax", [=](const Binding& at, cudaStream_t stream) {
    launch_softmax(at.inputs[0].as<const float>(), at.outputs[0].as<float>(), outer, axis, inner, stream);
  });
  kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cuda
