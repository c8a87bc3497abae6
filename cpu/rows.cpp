// GatherRows and ScatterRows: one memcpy per row.
#include "ops/rows.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "cpu/private/context.h"

namespace yy::cpu {

KernelOrRefusal make_rows(const KernelRequest& request, const Context&) {
  const bool scatter = static_cast<const Rows&>(request.op).kind() == Rows::Kind::scatter;
  const TensorDesc& rows = request.inputs[0].desc;
  std::size_t run = size_of(rows.dtype);
  for (std::size_t i = 1; i < rows.shape.rank(); ++i) run *= static_cast<std::size_t>(rows.shape[i]);
  Kernel kernel;
  kernel.implementation = "copy";
  if (scatter) kernel.may_overwrite = 3;
  kernel.bind = [=, most = request.inputs[1].desc.shape[0],
                 bytes = request.outputs[0].bytes()](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const auto* from = binding.inputs[0].as<const std::byte>();
      auto* to = binding.outputs[0].as<std::byte>();
      const auto* index = binding.inputs[1].as<const std::int32_t>();
      const auto count = std::min<std::int64_t>(most, binding.inputs[2].as<const std::int32_t>()[0]);
      if (scatter && to != binding.inputs[3].data) std::memcpy(to, binding.inputs[3].data, bytes);
      for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(index[i]) * run, next = static_cast<std::size_t>(i) * run;
        std::memcpy(to + (scatter ? at : next), from + (scatter ? next : at), run);
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
