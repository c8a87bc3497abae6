// Sum: the first input is copied (in place: left as it is), then each further one is added to what is there.
#include "ops/sum.h"

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {

KernelOrRefusal make_sum(const KernelRequest& request, const Context&) {
  const TensorDesc& out = request.outputs[0];
  std::vector<BroadcastLoop>
      loops;  // loop i: out = (i == 0 ? input 0 : out) + input i; the first only copies
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const TensorDesc& input = request.inputs[i].desc;
    loops.emplace_back(out, i == 0 ? input : out, input);
  }
  Kernel kernel;
  kernel.implementation = "loop";
  if (request.inputs[0].desc == out) kernel.may_overwrite = 0;
  kernel.bind = [loops](const Binding& binding) -> Launch {
    return [=](Stream&) {
      auto* to = binding.outputs[0].as<float>();
      const auto* first = binding.inputs[0].as<const float>();
      loops[0].run(to, first, first, [](float x, float) { return x; });
      for (std::size_t i = 1; i < loops.size(); ++i) {
        loops[i].run(to, to, binding.inputs[i].as<const float>(), [](float x, float y) { return x + y; });
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
