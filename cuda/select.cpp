// Select: compaction of the deferred rows' numbers into the index buffer, in order.
#include "ops/select.h"

#include "cuda/kernels/select.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_select(const KernelRequest& request, const Context&) {
  return kernel_of("select", [rows = static_cast<int>(request.inputs[0].desc.shape[0])](const Binding& at,
                                                                                        cudaStream_t stream) {
    SelectArguments arguments;
    arguments.confidence = at.inputs[0].as<const float>();
    arguments.threshold = at.inputs[1].as<const float>();
    arguments.valid = at.inputs[2].as<const std::int32_t>();
    arguments.index = at.outputs[0].as<std::int32_t>();
    arguments.count = at.outputs[1].as<std::int32_t>();
    arguments.rows = rows;
    launch_select(arguments, stream);
  });
}

}  // namespace yy::cuda
