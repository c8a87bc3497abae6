// Gather: whole runs of elements by constant indices.
#include "ops/gather.h"

#include <cstddef>
#include <cstring>

#include "cpu/private/context.h"
#include "ops/inputs.h"

namespace yy::cpu {

KernelOrRefusal make_gather(const KernelRequest& request, const Context&) {
  const Shape& data = request.inputs[0].desc.shape;
  const OpInput& indices = request.inputs[1];
  const std::size_t axis = static_cast<const Gather&>(request.op).axis(data);
  std::vector<std::int64_t> taken = constant_ints(
      {true, {Shape{indices.desc.shape.elements()}, indices.desc.dtype, {}}, indices.constant}, "indices");
  for (std::int64_t& index : taken) index += index < 0 ? data[axis] : 0;
  std::int64_t outer = 1, run = static_cast<std::int64_t>(size_of(request.outputs[0].dtype));
  for (std::size_t i = 0; i < axis; ++i) outer *= data[i];
  for (std::size_t i = axis + 1; i < data.rank(); ++i) run *= data[i];
  Kernel kernel;
  kernel.implementation = "copy";
  kernel.bind = [=, size = data[axis]](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const auto* from = binding.inputs[0].as<const std::byte>();
      auto* to = binding.outputs[0].as<std::byte>();
      for (std::int64_t o = 0; o < outer; ++o) {
        for (std::int64_t index : taken) {
          std::memcpy(to, from + (o * size + index) * run, static_cast<std::size_t>(run));
          to += run;
        }
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
