// Batch normalisation that could not be folded into a layer, of one tensor or of the parts that a Concat
// would have joined.
#include "ops/batch_norm.h"

#include <algorithm>
#include <string>

#include "cuda/kernels/batch_norm.h"
#include "cuda/private/context.h"

namespace yy::cuda {
namespace {

// [factors, offsets] in float32. They depend on four constants, of which others may use some: the form's name
// holds the numbers themselves.
Buffer packed_affine(const KernelRequest& request, const BatchNorm::Affine& affine) {
  std::vector<float> numbers(affine.factor.begin(), affine.factor.end());
  numbers.insert(numbers.end(), affine.offset.begin(), affine.offset.end());
  const std::size_t bytes = numbers.size() * sizeof(float);
  const std::string form =
      "cuda factors and offsets " + std::string(reinterpret_cast<const char*>(numbers.data()), bytes);
  return request.weights.get(*request.inputs[1].constant, form, bytes,
                             [&](void* to) { std::ranges::copy(numbers, static_cast<float*>(to)); });
}

BatchNormArgs args_of(const TensorDesc& y) {
  BatchNormArgs args;
  const bool channels_fastest = y.layout == Layout::channels_last || y.shape.rank() == 2;
  args.channels = static_cast<int>(y.shape[1]);
  const int others = static_cast<int>(y.shape.elements()) / args.channels;
  args.rows = channels_fastest ? others : static_cast<int>(y.shape[0]);
  args.pixels = others / args.rows;
  return args;
}

// Without their addresses.
std::vector<BatchNormPart> parts_of(std::span<const OpInput> inputs) {
  std::vector<BatchNormPart> parts;
  int first = 0;
  for (std::size_t i = 0; i < inputs.size(); i = std::max<std::size_t>(i + 1, 5)) {
    const int channels = static_cast<int>(inputs[i].desc.shape[1]);
    parts.push_back({nullptr, first, channels});
    first += channels;
  }
  return parts;
}

}  // namespace

KernelOrRefusal make_batch_norm(const KernelRequest& request, const Context&) {
  const auto& norm = static_cast<const BatchNorm&>(request.op);
  const TensorDesc& y = request.outputs[0];
  const BatchNorm::Affine affine = norm.affine(request.inputs);
  const Buffer packed = packed_affine(request, affine);
  BatchNormArgs args = args_of(y);
  args.factor = static_cast<const float*>(packed.data());
  args.offset = args.factor + args.channels;
  Kernel kernel;
  kernel.implementation = norm.parts() > 1 ? "batch norm of parts" : "batch norm";
  if (norm.parts() == 1) kernel.may_overwrite = 0;
  kernel.packed_inputs = {1, 2, 3, 4};
  kernel.bind = [=, parts = parts_of(request.inputs), activation = norm.activation(),
                 type = y.dtype](const Binding& at) -> Launch {
    std::vector<BatchNormPart> bound = parts;
    for (std::size_t i = 0; i < bound.size(); ++i) bound[i].x = at.inputs[i == 0 ? 0 : i + 4].data;
    // `packed` goes along to keep the numbers alive.
    return [=, to = at.outputs[0].data](Stream& stream) {
      static_cast<void>(packed);
      launch_batch_norm(type, args, activation, bound, to, handle(stream));
    };
  };
  return kernel;
}

}  // namespace yy::cuda
