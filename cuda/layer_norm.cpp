// Layer normalisation over the last axes, which are neighbours in memory.
#include "ops/layer_norm.h"

#include "cuda/kernels/layer_norm.h"
#include "cuda/private/context.h"

namespace yy::cuda {

KernelOrRefusal make_layer_norm(const KernelRequest& request, const Context&) {
  const auto& norm = static_cast<const LayerNorm&>(request.op);
  const TensorDesc& x = request.inputs[0].desc;
  LayerNormArgs args;
  args.size = 1;
  for (std::size_t i = norm.axis(x.shape); i < x.shape.rank(); ++i) args.size *= static_cast<int>(x.shape[i]);
  args.rows = static_cast<int>(x.shape.elements()) / args.size;
  args.epsilon = norm.epsilon();
  Kernel kernel = kernel_of("layer norm", [=, type = x.dtype](const Binding& at, cudaStream_t stream) {
    const auto output = [&](std::size_t i) {
      return i < at.outputs.size() ? at.outputs[i].as<float>() : nullptr;
    };
    const LayerNormTensors tensors{at.inputs[1].as<const float>(),
                                   at.inputs.size() > 2 ? at.inputs[2].as<const float>() : nullptr, output(1),
                                   output(2)};
    launch_layer_norm(type, args, at.inputs[0].data, at.outputs[0].data, tensors, stream);
  });
  kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cuda
