// Transpose and Reorder: a copy between strides, or a view where nothing moves.
#include "ops/transpose.h"

#include "cuda/private/context.h"
#include "cuda/private/copy.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {

KernelOrRefusal make_transpose(const KernelRequest& request, const Context&) {
  const TensorDesc &in = request.inputs[0].desc, &out = request.outputs[0];
  const std::vector<std::int64_t> steps = input_steps(request.op, in);
  if (moves_nothing(out, steps)) {
    Kernel view;
    view.implementation = "view";
    view.is_view = true;
    return view;
  }
  if (auto refusal = refuse_rank(out.shape)) return *refusal;
  const Copy copy(out.shape, size_of(out.dtype), {out.strides()}, {steps});
  return kernel_of(copy.implementation(), [copy](const Binding& at, cudaStream_t stream) {
    copy.run(at.outputs[0].data, at.inputs[0].data, stream);
  });
}

}  // namespace yy::cuda
