// Transpose and Reorder: a strided copy, or a view where nothing moves: axes of one element change places, or
// a Transpose and a change of layout undo each other.
#include "ops/transpose.h"

#include "cpu/private/context.h"
#include "cpu/private/loops.h"

namespace yy::cpu {
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
  const TensorDesc& in = request.inputs[0].desc;
  const TensorDesc& out = request.outputs[0];
  std::vector<std::int64_t> strides = in.strides();
  if (const auto* transpose = dynamic_cast<const Transpose*>(&request.op)) {
    const auto own = in.strides();
    const auto perm = transpose->perm(own.size());
    for (std::size_t i = 0; i < perm.size(); ++i) strides[i] = own[perm[i]];
  }
  Kernel kernel;
  if (are_same(out.shape, strides, out.strides())) {
    kernel.implementation = "view";
    kernel.is_view = true;
    return kernel;
  }
  const StridedCopy copy(out.shape, size_of(out.dtype), out.strides(), strides);
  kernel.implementation = "copy";
  kernel.bind = [copy](const Binding& binding) -> Launch {
    return [=](Stream&) { copy.run(binding.outputs[0].data, binding.inputs[0].data); };
  };
  return kernel;
}

}  // namespace yy::cpu
