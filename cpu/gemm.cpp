// Gemm: oneDNN's matmul with packed weights where B and C are constants, else its plain sgemm.
#include "ops/gemm.h"

#include <algorithm>
#include <fmt/format.h>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"
#include "cpu/private/products.h"
#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy::cpu {
namespace {

// The bias that oneDNN's matmul adds before it multiplies by alpha: beta / alpha * C.
std::optional<Buffer> bias_of(const KernelRequest& request, const Gemm::Fields& fields) {
  const OpInput* c = maybe(request.inputs, 2);
  if (c == nullptr) return std::nullopt;
  const float factor = fields.beta / fields.alpha;
  return request.weights.get(*c->constant, fmt::format("times {}", factor), c->desc.bytes(), [&](void* to) {
    std::ranges::transform(c->constant->as<float>(), static_cast<float*>(to),
                           [&](float x) { return factor * x; });
  });
}

KernelOrRefusal plain_sgemm(const KernelRequest& request, const Gemm::Fields& fields) {
  const Shape& a = request.inputs[0].desc.shape;
  const Shape& b = request.inputs[1].desc.shape;
  const TensorDesc out = request.outputs[0];
  const std::int64_t k = a[fields.transA ? 0 : 1];
  const OpInput* c = maybe(request.inputs, 2);
  const bool has_c = c != nullptr;
  const BroadcastLoop spread = has_c ? BroadcastLoop(out, c->desc, c->desc) : BroadcastLoop(out, out, out);
  Kernel kernel;
  kernel.implementation = "sgemm";
  kernel.bind = [=](const Binding& binding) -> Launch {
    return [=, lda = a[1], ldb = b[1]](Stream&) {
      auto* y = binding.outputs[0].as<float>();
      const std::int64_t m = out.shape[0], n = out.shape[1];
      if (has_c) {
        const auto* row = binding.inputs[2].as<const float>();
        spread.run(y, row, row, [&](float x, float) { return fields.beta * x; });
      }
      const auto status = dnnl_sgemm(fields.transA ? 'T' : 'N', fields.transB ? 'T' : 'N', m, n, k,
                                     fields.alpha, binding.inputs[0].as<const float>(), lda,
                                     binding.inputs[1].as<const float>(), ldb, has_c ? 1.F : 0.F, y, n);
      if (status != dnnl_success) throw Error(ErrorCode::failure, "oneDNN's sgemm failed");
      if (fields.activation) activate({y, static_cast<std::size_t>(m * n)}, *fields.activation);
    };
  };
  return kernel;
}

}  // namespace

KernelOrRefusal make_gemm(const KernelRequest& request, const Context& context) {
  const auto& gemm = static_cast<const Gemm&>(request.op);
  const Gemm::Fields& fields = gemm.fields();
  if (!gemm.is_layer(request.inputs)) return plain_sgemm(request, fields);
  return layer_product(context, request.weights,
                       {request.inputs[0].desc, request.outputs[0], *request.inputs[1].constant,
                        fields.transB, fields.alpha, bias_of(request, fields), fields.activation});
}

}  // namespace yy::cpu
