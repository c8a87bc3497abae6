// Split: one copy for each output.
#include "ops/split.h"

#include "cuda/private/context.h"
#include "cuda/private/copy.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {

KernelOrRefusal make_split(const KernelRequest& request, const Context&) {
  const auto& split = static_cast<const Split&>(request.op);
  const TensorDesc& in = request.inputs[0].desc;
  if (auto refusal = refuse_rank(in.shape)) return *refusal;
  const auto strides = in.strides();
  const std::size_t axis = split.axis(in.shape);
  const auto lengths = split.lengths(request.inputs);
  std::vector<Copy> parts;
  std::int64_t done = 0;
  for (std::size_t i = 0; i < request.outputs.size(); ++i) {
    Shape shape = in.shape;
    shape[axis] = lengths[i];
    // An output that is left out keeps its place in the list; nothing is copied to it.
    const auto to = TensorDesc{shape, in.dtype, request.outputs[i].layout}.strides();
    parts.emplace_back(shape, size_of(in.dtype), Strided{to}, Strided{strides, done * strides[axis]});
    done += lengths[i];
  }
  return kernel_of(parts[0].implementation(), [parts](const Binding& at, cudaStream_t stream) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (at.outputs[i].data != nullptr) parts[i].run(at.outputs[i].data, at.inputs[0].data, stream);
    }
  });
}

}  // namespace yy::cuda
