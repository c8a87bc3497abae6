// Concat: one copy per input into its slice of the output.
#include "ops/concat.h"

#include "cuda/private/context.h"
#include "cuda/private/copy.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {

KernelOrRefusal make_concat(const KernelRequest& request, const Context&) {
  const TensorDesc& out = request.outputs[0];
  if (auto refusal = refuse_rank(out.shape)) return *refusal;
  const std::size_t axis = static_cast<const Concat&>(request.op).axis(out.shape);
  const auto strides = out.strides();
  std::vector<Copy> parts;
  std::int64_t done = 0;
  for (const OpInput& input : request.inputs) {
    parts.emplace_back(input.desc.shape, size_of(out.dtype), Strided{strides, done * strides[axis]},
                       Strided{input.desc.strides()});
    done += input.desc.shape[axis];
  }
  return kernel_of(parts[0].implementation(), [parts](const Binding& at, cudaStream_t stream) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      parts[i].run(at.outputs[0].data, at.inputs[i].data, stream);
    }
  });
}

}  // namespace yy::cuda
