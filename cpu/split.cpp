// Split: one strided copy for each output.
#include "ops/split.h"

#include <cstddef>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {

KernelOrRefusal make_split(const KernelRequest& request, const Context&) {
  const auto& split = static_cast<const Split&>(request.op);
  const TensorDesc& in = request.inputs[0].desc;
  const auto strides = in.strides();
  const auto element = static_cast<std::int64_t>(size_of(in.dtype));
  const std::size_t axis = split.axis(in.shape);
  struct Part {
    StridedCopy copy;
    std::int64_t offset;  // bytes
  };
  std::vector<Part> parts;
  std::int64_t done = 0;
  const auto lengths = split.lengths(request.inputs);
  for (std::size_t i = 0; i < request.outputs.size(); ++i) {
    Shape shape = in.shape;
    shape[axis] = lengths[i];
    // An output that is left out keeps its place in the list; nothing is copied to it.
    const auto to = TensorDesc{shape, in.dtype, request.outputs[i].layout}.strides();
    parts.push_back({StridedCopy(shape, size_of(in.dtype), to, strides), done * strides[axis] * element});
    done += lengths[i];
  }
  Kernel kernel;
  kernel.implementation = "copy";
  kernel.bind = [parts](const Binding& binding) -> Launch {
    return [=](Stream&) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (binding.outputs[i].data == nullptr) continue;
        parts[i].copy.run(binding.outputs[i].data, binding.inputs[0].as<const std::byte>() + parts[i].offset);
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
