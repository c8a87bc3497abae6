// Reshape and its relatives: the same bytes under another shape. A Dropout whose mask somebody reads is a
// copy.
#include "ops/reshape.h"

#include <cstring>

#include "cpu/private/context.h"

namespace yy::cpu {

KernelOrRefusal make_reshape(const KernelRequest& request, const Context&) {
  Kernel kernel;
  if (request.outputs.size() > 1) {
    kernel.implementation = "copy";
    kernel.may_overwrite = 0;
    kernel.bind = [bytes = request.outputs[0].bytes(),
                   mask = request.outputs[1].bytes()](const Binding& b) -> Launch {
      return [=](Stream&) {
        const auto& [data, filled] = std::pair(b.outputs[0].data, b.outputs[1].data);
        if (data != nullptr && data != b.inputs[0].data) std::memcpy(data, b.inputs[0].data, bytes);
        if (filled != nullptr) std::memset(filled, 1, mask);
      };
    };
    return kernel;
  }
  kernel.implementation = "view";
  kernel.is_view = true;
  return kernel;
}

}  // namespace yy::cpu
