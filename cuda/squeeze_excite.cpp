// Squeeze-and-excite, channels last: sums over pixels, two layers on a row per image, and a product per
// element. Everything between X and Y is float32.
#include "ops/squeeze_excite.h"

#include "cuda/kernels/squeeze_excite.h"
#include "cuda/private/context.h"
#include "cuda/private/pack.h"

namespace yy::cuda {
namespace {

RowLayer row_layer(const std::optional<Activation>& activation) {
  RowLayer layer;
  layer.activates = activation.has_value();
  if (activation) layer.activation = *activation;
  return layer;
}

const float* bound_bias(const Binding& at, std::size_t input) {
  return at.inputs.size() > input ? at.inputs[input].as<const float>() : nullptr;
}

}  // namespace

KernelOrRefusal make_squeeze_excite(const KernelRequest& request, const Context&) {
  const auto& op = static_cast<const SqueezeExcite&>(request.op);
  const Shape& shape = request.outputs[0].shape;
  const std::int64_t channels = shape[1], squeezed = request.inputs[1].desc.shape[0];
  SqueezeExciteArgs args;
  args.images = static_cast<int>(shape[0]);
  args.channels = static_cast<int>(channels);
  args.pixels = static_cast<int>(shape[2] * shape[3]);
  args.squeezed = static_cast<int>(squeezed);
  args.inner = row_layer(op.inner());
  args.gate = row_layer(op.gate());
  const Buffer gate =
      pack(request.weights, *request.inputs[3].constant, "[K,N]", DType::f32, {}, squeezed * channels,
           {{{1, 0, 0}, {1, 0, 0}, {squeezed, 1, channels}, {channels, squeezed, 1}}});
  const DType dtype = request.outputs[0].dtype;
  Kernel kernel = kernel_of("squeeze and excite", [=](const Binding& at, cudaStream_t stream) {
    SqueezeExciteArgs bound = args;
    bound.inner.weights = at.inputs[1].as<const float>();
    bound.inner.bias = bound_bias(at, 2);
    bound.gate.weights = static_cast<const float*>(gate.data());
    bound.gate.bias = bound_bias(at, 4);
    bound.x = at.inputs[0].data;
    bound.y = at.outputs[0].data;
    launch_squeeze_excite(dtype, bound, at.workspace, stream);
  });
  kernel.workspace_bytes = squeeze_excite_workspace(args);
  kernel.may_overwrite = 0;
  kernel.packed_inputs = {3};
  return kernel;
}

}  // namespace yy::cuda
