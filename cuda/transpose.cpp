// Transpose and Reorder: a copy between strides, or a view where nothing moves: axes of one element change
// places, or a Transpose and a change of layout undo each other.
#include "ops/transpose.h"

#include "cuda/private/context.h"
#include "cuda/private/copy.h"
#include "cuda/private/rank_limit.h"

namespace yy::cuda {
namespace {

// Whether steps of these two kinds reach the same bytes.
bool are_same(const Shape& shape, const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (shape[i] != 1 && a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace

KernelOrRefusal make_transpose(const KernelRequest& request, const Context&) {
  const TensorDesc &in = request.inputs[0].desc, &out = request.outputs[0];
  std::vector<std::int64_t> strides = in.strides();
  if (const auto* transpose = dynamic_cast<const Transpose*>(&request.op)) {
    const auto own = in.strides();
    const auto perm = transpose->perm(own.size());
    for (std::size_t i = 0; i < perm.size(); ++i) strides[i] = own[perm[i]];
  }
  if (are_same(out.shape, strides, out.strides())) {
    Kernel view;
    view.implementation = "view";
    view.is_view = true;
    return view;
  }
  if (auto refusal = refuse_rank(out.shape)) return *refusal;
  const Copy copy(out.shape, size_of(out.dtype), {out.strides()}, {strides});
  return kernel_of(copy.implementation(), [copy](const Binding& at, cudaStream_t stream) {
    copy.run(at.outputs[0].data, at.inputs[0].data, stream);
  });
}

}  // namespace yy::cuda
