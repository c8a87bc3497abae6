// Cast: element by element in memory order.
#include "ops/cast.h"

#include "cuda/kernels/cast.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_cast(const KernelRequest& request, const Context&) {
  const DType from = request.inputs[0].desc.dtype, to = request.outputs[0].dtype;
  const std::int64_t elements = request.outputs[0].shape.elements();
  Kernel kernel = kernel_of("cast", [=](const Binding& at, cudaStream_t stream) {
    launch_cast(to, from, at.outputs[0].data, at.inputs[0].data, elements, stream);
  });
  if (from == to) kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cuda
