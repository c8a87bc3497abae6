// Transpose and Reorder: a strided copy, or a view where nothing moves.
#include "ops/transpose.h"

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {

KernelOrRefusal make_transpose(const KernelRequest& request, const Context&) {
  const TensorDesc& in = request.inputs[0].desc;
  const TensorDesc& out = request.outputs[0];
  const std::vector<std::int64_t> steps = input_steps(request.op, in);
  Kernel kernel;
  if (moves_nothing(out, steps)) {
    kernel.implementation = "view";
    kernel.is_view = true;
    return kernel;
  }
  const StridedCopy copy(out.shape, size_of(out.dtype), out.strides(), steps);
  kernel.implementation = "copy";
  kernel.bind = [copy](const Binding& binding) -> Launch {
    return [=](Stream&) { copy.run(binding.outputs[0].data, binding.inputs[0].data); };
  };
  return kernel;
}

}  // namespace yy::cpu
