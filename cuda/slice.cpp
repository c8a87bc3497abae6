// Slice: a copy that starts inside of the source and may walk backwards.
#include "ops/slice.h"

#include "cuda/private/context.h"
#include "cuda/private/copy.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {

KernelOrRefusal make_slice(const KernelRequest& request, const Context&) {
  const TensorDesc& out = request.outputs[0];
  if (auto refusal = refuse_rank(out.shape)) return *refusal;
  const auto ranges = static_cast<const Slice&>(request.op).ranges(request.inputs);
  Strided from{request.inputs[0].desc.strides()};
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    from.offset += ranges[i].start * from.strides[i];
    // The step may be huge where only one element is taken.
    from.strides[i] = ranges[i].count > 1 ? from.strides[i] * ranges[i].step : 0;
  }
  const Copy copy(out.shape, size_of(out.dtype), {out.strides()}, from);
  return kernel_of(copy.implementation(), [copy](const Binding& at, cudaStream_t stream) {
    copy.run(at.outputs[0].data, at.inputs[0].data, stream);
  });
}

}  // namespace yy::cuda
