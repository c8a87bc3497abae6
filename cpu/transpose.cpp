// Transpose and Reorder: a strided copy.
#include "ops/transpose.h"

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {

KernelOrRefusal make_transpose(const KernelRequest& request, const Context&) {
  const TensorDesc& in = request.inputs[0].desc;
  const TensorDesc& out = request.outputs[0];
  Kernel kernel;
  const auto* transpose = dynamic_cast<const Transpose*>(&request.op);
  if (transpose == nullptr && in.same_bytes_in(out.layout)) {
    kernel.implementation = "view";
    kernel.is_view = true;
    return kernel;
  }
  std::vector<std::int64_t> strides = in.strides();
  if (transpose != nullptr) {
    const auto own = in.strides();
    const auto perm = transpose->perm(own.size());
    for (std::size_t i = 0; i < perm.size(); ++i) strides[i] = own[perm[i]];
  }
  const StridedCopy copy(out.shape, size_of(out.dtype), out.strides(), strides);
  kernel.implementation = "copy";
  kernel.bind = [copy](const Binding& binding) -> Launch {
    return [=](Stream&) { copy.run(binding.outputs[0].data, binding.inputs[0].data); };
  };
  return kernel;
}

}  // namespace yy::cpu
