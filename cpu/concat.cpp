// Concat: one copy per input into its slice of the output.
#include "ops/concat.h"

#include <cstddef>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {

KernelOrRefusal make_concat(const KernelRequest& request, const Context&) {
  const TensorDesc& out = request.outputs[0];
  const std::size_t axis = static_cast<const Concat&>(request.op).axis(out.shape);
  const std::size_t element = size_of(out.dtype);
  const auto strides = out.strides();
  struct Part {
    StridedCopy copy;
    std::int64_t offset;  // bytes
  };
  std::vector<Part> parts;
  std::int64_t done = 0;
  for (const OpInput& input : request.inputs) {
    parts.push_back({StridedCopy(input.desc.shape, element, strides, input.desc.strides()),
                     done * strides[axis] * static_cast<std::int64_t>(element)});
    done += input.desc.shape[axis];
  }
  Kernel kernel;
  kernel.implementation = "copy";
  kernel.bind = [parts](const Binding& binding) -> Launch {
    return [=](Stream&) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].copy.run(binding.outputs[0].as<std::byte>() + parts[i].offset, binding.inputs[i].data);
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
