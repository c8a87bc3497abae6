// MatMul: a layer with packed weights, else a product for each pair of matrices.
#include "ops/matmul.h"

#include <algorithm>
#include <fmt/format.h>

#include "cuda/private/products.h"
#include "ops/inputs.h"

namespace yy::cuda {
namespace {

struct BatchAxis {
  std::int64_t count, a, b;  // elements to step in A and B
};

// The axes of the batch, outermost first; neighbours that both operands walk through in one go are one.
std::vector<BatchAxis> batch_axes(const MatMul::Extent& e) {
  std::vector<BatchAxis> axes;
  std::int64_t a_step = e.m * e.k, b_step = e.k * e.n;
  const std::size_t rank = e.batch.rank();
  for (std::size_t i = 1; i <= rank; ++i) {  // from the innermost on
    const auto size_in = [&](const Shape& own) { return i <= own.rank() ? own[own.rank() - i] : 1; };
    const std::int64_t in_a = size_in(e.batch_a), in_b = size_in(e.batch_b), count = e.batch[rank - i];
    const BatchAxis axis{count, in_a == 1 ? 0 : a_step, in_b == 1 ? 0 : b_step};
    a_step *= in_a;
    b_step *= in_b;
    if (count == 1) continue;
    BatchAxis* inner = axes.empty() ? nullptr : &axes.back();
    if (inner != nullptr && axis.a == inner->a * inner->count && axis.b == inner->b * inner->count) {
      inner->count *= count;
    } else {
      axes.push_back(axis);
    }
  }
  std::reverse(axes.begin(), axes.end());
  return axes;
}

KernelOrRefusal plain_matmul(const KernelRequest& request, const MatMul& matmul) {
  const MatMul::Extent e = MatMul::extent(request.inputs[0].desc.shape, request.inputs[1].desc.shape);
  const std::vector<BatchAxis> axes = batch_axes(e);
  if (axes.size() > GemmArgs::most_axes) {
    return Refusal{fmt::format("a batch of {} axes that are broadcast by turns; {} are supported",
                               axes.size(), GemmArgs::most_axes)};
  }
  GemmArgs args;
  args.rows = static_cast<int>(e.m);
  args.depth = args.a_row = static_cast<int>(e.k);
  args.columns = args.b_depth = static_cast<int>(e.n);
  args.a_depth = args.b_column = args.c_column = 1;
  args.batches = static_cast<int>(e.batch.elements());
  args.axes = static_cast<int>(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    args.count[i] = static_cast<int>(axes[i].count);
    args.a_step[i] = static_cast<int>(axes[i].a);
    args.b_step[i] = static_cast<int>(axes[i].b);
  }
  return plain_product(request, args, 1, 1, matmul.activation());
}

}  // namespace

KernelOrRefusal make_matmul(const KernelRequest& request, const Context& context) {
  const auto& matmul = static_cast<const MatMul&>(request.op);
  if (!matmul.is_layer(request.inputs)) return plain_matmul(request, matmul);
  const Shape& weights = request.inputs[1].desc.shape;
  LayerProduct layer{request.outputs[0].shape.elements() / weights[1], weights[0], weights[1]};
  layer.activation = matmul.activation();
  return layer_product(request, context, layer);
}

}  // namespace yy::cuda
