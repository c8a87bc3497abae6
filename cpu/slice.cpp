// Slice: a strided copy that starts inside the source and may walk backwards.
#include "ops/slice.h"

#include <cstddef>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {

KernelOrRefusal make_slice(const KernelRequest& request, const Context&) {
  const auto ranges = static_cast<const Slice&>(request.op).ranges(request.inputs);
  const TensorDesc& out = request.outputs[0];
  const std::size_t element = size_of(out.dtype);
  std::vector<std::int64_t> strides = request.inputs[0].desc.strides();
  std::int64_t start = 0;
  if (out.shape.elements() > 0) {
    for (std::size_t i = 0; i < strides.size(); ++i) {
      start += ranges[i].start * strides[i];
      strides[i] *= ranges[i].step;
    }
  }
  const StridedCopy copy(out.shape, element, out.strides(), strides);
  Kernel kernel;
  kernel.implementation = "copy";
  kernel.bind = [copy,
                 offset = start * static_cast<std::int64_t>(element)](const Binding& binding) -> Launch {
    return
        [=](Stream&) { copy.run(binding.outputs[0].data, binding.inputs[0].as<const std::byte>() + offset); };
  };
  return kernel;
}

}  // namespace yy::cpu
