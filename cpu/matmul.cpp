// MatMul: a layer with packed weights, else oneDNN's plain sgemm for each pair of matrices.
#include "ops/matmul.h"

#include <algorithm>
#include <cstring>

#include "cpu/private/loops.h"
#include "cpu/private/products.h"
#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy::cpu {
namespace {

TensorDesc as_matrix(const TensorDesc& desc, std::int64_t columns) {
  const std::int64_t elements = desc.shape.elements();
  return {Shape{columns == 0 ? 0 : elements / columns, columns}, desc.dtype, Layout::row_major};
}

KernelOrRefusal make_layer(const KernelRequest& request, const Context& context, const MatMul& matmul) {
  const Tensor& weights = *request.inputs[1].constant;
  std::optional<Buffer> bias;
  if (const OpInput* given = maybe(request.inputs, 2)) {
    bias = request.weights.get(*given->constant, "as is", given->desc.bytes(), [&](void* to) {
      std::memcpy(to, given->constant->data(), given->desc.bytes());
    });
  }
  return layer_product(
      context, request.weights,
      {as_matrix(request.inputs[0].desc, weights.shape()[0]),
       as_matrix(request.outputs[0], weights.shape()[1]), weights, false, 1, bias, matmul.activation()});
}

// Which matrix of an operand serves each matrix of the result: offsets in elements.
std::vector<std::int64_t> matrix_offsets(const Shape& own, const Shape& batch, std::int64_t matrix) {
  std::vector<std::int64_t> offsets;
  const std::size_t shift = batch.rank() - own.rank();
  for (std::int64_t i = 0; i < batch.elements(); ++i) {
    std::int64_t rest = i, at = 0, stride = matrix;
    for (std::size_t axis = batch.rank(); axis-- > 0;) {
      const std::int64_t index = rest % batch[axis];
      rest /= batch[axis];
      if (axis < shift) continue;
      at += own[axis - shift] == 1 ? 0 : index * stride;
      stride *= own[axis - shift];
    }
    offsets.push_back(at);
  }
  return offsets;
}

}  // namespace

KernelOrRefusal make_matmul(const KernelRequest& request, const Context& context) {
  const auto& matmul = static_cast<const MatMul&>(request.op);
  if (matmul.is_layer(request.inputs)) return make_layer(request, context, matmul);
  const MatMul::Extent e = MatMul::extent(request.inputs[0].desc.shape, request.inputs[1].desc.shape);
  constexpr std::int64_t most_matrices = 1 << 20;
  if (e.batch.elements() > most_matrices) return Refusal{"it multiplies more than a million matrices"};
  const auto from_a = matrix_offsets(e.batch_a, e.batch, e.m * e.k);
  const auto from_b = matrix_offsets(e.batch_b, e.batch, e.k * e.n);
  const bool biased = maybe(request.inputs, 2) != nullptr;
  Kernel kernel;
  kernel.implementation = "sgemm";
  kernel.bind = [=, m = e.m, k = e.k, n = e.n,
                 activation = matmul.activation()](const Binding& binding) -> Launch {
    return [=](Stream&) {
      auto* y = binding.outputs[0].as<float>();
      for (std::size_t i = 0; i < from_a.size(); ++i, y += m * n) {
        for (std::int64_t row = 0; biased && row < m; ++row) {
          std::memcpy(y + row * n, binding.inputs[2].data, static_cast<std::size_t>(n) * sizeof(float));
        }
        // Without depth sgemm leaves y as it finds it.
        if (k == 0 && !biased) std::fill_n(y, m * n, 0.F);
        const auto status =
            k == 0 ? dnnl_success
                   : dnnl_sgemm('N', 'N', m, n, k, 1.F, binding.inputs[0].as<const float>() + from_a[i], k,
                                binding.inputs[1].as<const float>() + from_b[i], n, biased ? 1.F : 0.F, y, n);
        if (status != dnnl_success) throw Error(ErrorCode::failure, "oneDNN's sgemm failed");
        if (activation) activate({y, static_cast<std::size_t>(m * n)}, *activation);
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
