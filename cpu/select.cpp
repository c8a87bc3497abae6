// Select: compaction of the deferred rows' numbers into the index buffer, in order.
#include "ops/select.h"

#include <algorithm>

#include "cpu/private/context.h"

namespace yy::cpu {

KernelOrRefusal make_select(const KernelRequest& request, const Context&) {
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.bind = [rows = request.inputs[0].desc.shape[0]](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const auto* confidence = binding.inputs[0].as<const float>();
      const float threshold = binding.inputs[1].as<const float>()[0];
      const auto valid = std::min<std::int64_t>(rows, binding.inputs[2].as<const std::int32_t>()[0]);
      auto* index = binding.outputs[0].as<std::int32_t>();
      std::int32_t count = 0;
      for (std::int64_t i = 0; i < valid; ++i) {
        if (!(confidence[i] > threshold)) index[count++] = static_cast<std::int32_t>(i);
      }
      binding.outputs[1].as<std::int32_t>()[0] = count;
    };
  };
  return kernel;
}

}  // namespace yy::cpu
