// Probe: label and gate value of each row.
#include "ops/probe.h"

#include "cuda/kernels/probe.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_probe(const KernelRequest& request, const Context&) {
  const Shape& shape = request.inputs[0].desc.shape;
  ProbeArguments arguments;
  arguments.rows = static_cast<int>(shape[0]);
  arguments.classes = static_cast<int>(shape[1]);
  const auto& probe = static_cast<const Probe&>(request.op);
  arguments.probabilities = probe.scores_are_probabilities();
  arguments.gate = probe.gate();
  return kernel_of("probe", [arguments](const Binding& at, cudaStream_t stream) {
    ProbeArguments bound = arguments;
    bound.scores = at.inputs[0].as<const float>();
    bound.label = at.outputs[0].as<std::int32_t>();
    bound.confidence = at.outputs[1].as<float>();
    launch_probe(bound, stream);
  });
}

}  // namespace yy::cuda
