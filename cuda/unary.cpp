// Pointwise functions over the elements in memory order, whatever the shape.
#include "ops/unary.h"

#include "cuda/kernels/unary.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_unary(const KernelRequest& request, const Context&) {
  const auto& unary = static_cast<const Unary&>(request.op);
  const DType dtype = request.outputs[0].dtype;
  const std::int64_t elements = request.outputs[0].shape.elements();
  Kernel kernel;
  if (is_real(dtype)) {
    kernel = kernel_of("unary", [=, f = unary.function(request.inputs)](const Binding& at, cudaStream_t s) {
      launch_unary(dtype, at.inputs[0].data, at.outputs[0].data, elements, f, s);
    });
  } else {
    kernel = kernel_of("clamp", [=, range = unary.range(request.inputs)](const Binding& at, cudaStream_t s) {
      launch_clamp(dtype, at.inputs[0].data, at.outputs[0].data, elements, range.low, range.high, s);
    });
  }
  kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cuda
