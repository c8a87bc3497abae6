// Gemm: oneDNN's matmul with packed weights where B and C are constants, else its plain sgemm.
#include "ops/gemm.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "cpu/private/context.h"
#include "cpu/private/loops.h"
#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy::cpu {
namespace {

using dnnl::memory;

// matmul computes alpha * (A B + bias), so the bias is beta / alpha * C.
Buffer bias_of(const KernelRequest& request, const OpInput& c, float factor) {
  return request.weights.get(*c.constant, fmt::format("times {}", factor), c.desc.bytes(), [&](void* to) {
    std::ranges::transform(c.constant->as<float>(), static_cast<float*>(to),
                           [&](float x) { return factor * x; });
  });
}

KernelOrRefusal packed_matmul(const KernelRequest& request, const Context& context,
                              const Gemm::Fields& fields) {
  const auto f32 = memory::data_type::f32;
  const OpInput& b = request.inputs[1];
  const OpInput* c = maybe(request.inputs, 2);
  const std::int64_t k = request.inputs[0].desc.shape[1], n = request.outputs[0].shape[1];
  dnnl::primitive_attr attributes = with_user_scratchpad();
  if (fields.alpha != 1) attributes.set_output_scales(0, {fields.alpha});
  dnnl::post_ops ops;
  if (fields.activation) append(ops, *fields.activation);
  attributes.set_post_ops(ops);

  const memory::desc source = describe(request.inputs[0].desc), target = describe(request.outputs[0]);
  const memory::desc weights({k, n}, source.data_type(), memory::format_tag::any);
  const memory::desc bias({1, n}, f32, memory::format_tag::ab);
  const auto operation =
      c ? dnnl::matmul::desc(source, weights, bias, target) : dnnl::matmul::desc(source, weights, target);
  const dnnl::matmul::primitive_desc described(operation, attributes, context.engine);

  const memory::desc plain({k, n}, f32, fields.transB ? memory::format_tag::ba : memory::format_tag::ab);
  const auto rows = static_cast<std::size_t>(k), columns = static_cast<std::size_t>(n);
  const FilterLayout filters =
      fields.transB ? FilterLayout{columns, rows, rows, 1} : FilterLayout{columns, 1, rows, columns};
  const Buffer packed = pack(context, request.weights, *b.constant, plain, described.weights_desc(), filters);
  std::vector<Argument> arguments{
      {Argument::From::input, 0, {}, DNNL_ARG_SRC, source},
      {Argument::From::packed, 0, packed, DNNL_ARG_WEIGHTS, described.weights_desc()},
      {Argument::From::output, 0, {}, DNNL_ARG_DST, target},
  };
  if (c != nullptr) {
    arguments.push_back(
        {Argument::From::packed, 0, bias_of(request, *c, fields.beta / fields.alpha), DNNL_ARG_BIAS, bias});
  }
  Kernel kernel = primitive_kernel(context, dnnl::matmul(described), described.impl_info_str(),
                                   std::move(arguments), described.scratchpad_desc());
  kernel.packed_inputs = {1, 2};
  return kernel;
}

void activate(std::span<float> values, const Activation& f) {
  for (float& x : values) {
    switch (f.kind) {
      case Activation::Kind::relu:
        x = std::max(x, 0.F);
        break;
      case Activation::Kind::clip:
        x = std::min(std::max(x, f.low), f.high);
        break;
      case Activation::Kind::sigmoid:
        x = 1.F / (1.F + std::exp(-x));
        break;
      case Activation::Kind::tanh:
        x = std::tanh(x);
        break;
    }
  }
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
  return gemm.is_layer(request.inputs) ? packed_matmul(request, context, fields)
                                       : plain_sgemm(request, fields);
}

}  // namespace yy::cpu
