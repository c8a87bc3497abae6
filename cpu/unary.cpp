// Pointwise functions over the elements in memory order, whatever the shape: oneDNN's eltwise where it knows
// the function, else own loops.
#include "ops/unary.h"

#include "cpu/private/activate.h"
#include "cpu/private/context.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

// y[i] = f(x[i]) in shares of this many.
constexpr std::int64_t share = 1 << 12;

template <class T, class F>
Launch bind_loop(std::int64_t elements, const F& f, const Binding& binding) {
  return [=](Stream&) {
    const auto* x = binding.inputs[0].as<const T>();
    auto* y = binding.outputs[0].as<T>();
    parallel_for((elements + share - 1) / share, elements, [&](std::int64_t k) {
      const std::int64_t end = std::min(elements, (k + 1) * share);
      for (std::int64_t i = k * share; i < end; ++i) y[i] = f(x[i]);
    });
  };
}

template <class T>
auto bind_clamp(std::int64_t elements, const Unary::Range& range) {
  return [=, low = static_cast<T>(range.low), high = static_cast<T>(range.high)](const Binding& binding) {
    return bind_loop<T>(
        elements, [=](T x) { return std::min(std::max(x, low), high); }, binding);
  };
}

Kernel clamp_kernel(DType dtype, std::int64_t elements, const Unary::Range& range) {
  Kernel kernel;
  kernel.implementation = "loop";
  switch (dtype) {
    case DType::i8:
      kernel.bind = bind_clamp<std::int8_t>(elements, range);
      break;
    case DType::u8:
      kernel.bind = bind_clamp<std::uint8_t>(elements, range);
      break;
    case DType::i32:
      kernel.bind = bind_clamp<std::int32_t>(elements, range);
      break;
    default:
      kernel.bind = bind_clamp<std::int64_t>(elements, range);
  }
  return kernel;
}

Kernel loop_kernel(DType dtype, std::int64_t elements, const Activation& function) {
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.bind = [=](const Binding& binding) {
    return with_function(function, [&](const auto& f) {
      if (dtype == DType::f32) return bind_loop<float>(elements, f, binding);
      const auto narrow = [f](bfloat16 x) { return bfloat16(f(static_cast<float>(x))); };
      return bind_loop<bfloat16>(elements, narrow, binding);
    });
  };
  return kernel;
}

Kernel eltwise_kernel(const Context& context, DType dtype, std::int64_t elements,
                      const dnnl::post_ops& as_post_op) {
  const dnnl::memory::desc flat({elements}, onednn_type(dtype), dnnl::memory::format_tag::x);
  float scale = 1, alpha = 0, beta = 0;
  dnnl::algorithm algorithm{};
  as_post_op.get_params_eltwise(0, scale, algorithm, alpha, beta);
  const dnnl::eltwise_forward::primitive_desc described(
      {dnnl::prop_kind::forward_inference, algorithm, flat, alpha, beta}, with_user_scratchpad(),
      context.engine);
  return primitive_kernel(context, dnnl::eltwise_forward(described), described.impl_info_str(),
                          {{Argument::From::input, 0, {}, DNNL_ARG_SRC, flat},
                           {Argument::From::output, 0, {}, DNNL_ARG_DST, flat}},
                          described.scratchpad_desc());
}

Kernel make(const KernelRequest& request, const Context& context) {
  const auto& unary = static_cast<const Unary&>(request.op);
  const DType dtype = request.outputs[0].dtype;
  const std::int64_t elements = request.outputs[0].shape.elements();
  if (dtype != DType::f32 && dtype != DType::bf16) {
    return clamp_kernel(dtype, elements, unary.range(request.inputs));
  }
  const Activation function = unary.function(request.inputs);
  dnnl::post_ops as_post_op;  // one place knows how an Activation is spelt in oneDNN
  if (function.kind != Activation::Kind::erf) append(as_post_op, function);
  return as_post_op.len() == 1 ? eltwise_kernel(context, dtype, elements, as_post_op)
                               : loop_kernel(dtype, elements, function);
}

}  // namespace

KernelOrRefusal make_unary(const KernelRequest& request, const Context& context) {
  Kernel kernel = make(request, context);
  kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cpu
