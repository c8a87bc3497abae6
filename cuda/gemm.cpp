// Gemm: a layer with packed weights, else a product of matrices as they lie.
#include "ops/gemm.h"

#include "cuda/private/products.h"
#include "ops/inputs.h"

namespace yy::cuda {
namespace {

// C's strides in [M,N].
void broadcast_c(const Shape& c, GemmArgs& args) {
  const std::size_t rank = c.rank();
  if (rank > 0 && c[rank - 1] > 1) args.c_column = 1;
  if (rank > 1 && c[0] > 1) args.c_row = static_cast<int>(c[1]);
}

KernelOrRefusal plain_gemm(const KernelRequest& request, const Gemm::Fields& fields) {
  const Shape &a = request.inputs[0].desc.shape, &b = request.inputs[1].desc.shape;
  const Shape& y = request.outputs[0].shape;
  GemmArgs args;
  args.rows = static_cast<int>(y[0]);
  args.columns = static_cast<int>(y[1]);
  args.depth = static_cast<int>(a[fields.transA ? 0 : 1]);
  (fields.transA ? args.a_depth : args.a_row) = static_cast<int>(a[1]);
  (fields.transA ? args.a_row : args.a_depth) = 1;
  (fields.transB ? args.b_column : args.b_depth) = static_cast<int>(b[1]);
  (fields.transB ? args.b_depth : args.b_column) = 1;
  if (const OpInput* c = maybe(request.inputs, 2)) broadcast_c(c->desc.shape, args);
  return plain_product(request, args, fields.alpha, fields.beta, fields.activation);
}

}  // namespace

KernelOrRefusal make_gemm(const KernelRequest& request, const Context& context) {
  const auto& gemm = static_cast<const Gemm&>(request.op);
  const Gemm::Fields& fields = gemm.fields();
  if (!gemm.is_layer(request.inputs)) return plain_gemm(request, fields);
  const Shape &a = request.inputs[0].desc.shape, &y = request.outputs[0].shape;
  LayerProduct layer{y[0], a[1], y[1], fields.transB};
  layer.alpha = fields.alpha;
  layer.beta = fields.beta;
  layer.activation = fields.activation;
  return layer_product(request, context, layer);
}

}  // namespace yy::cuda
