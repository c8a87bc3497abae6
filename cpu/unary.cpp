// Pointwise functions: oneDNN's eltwise over the elements in memory order, whatever the shape.
#include "ops/unary.h"

#include "cpu/private/context.h"

namespace yy::cpu {

KernelOrRefusal make_unary(const KernelRequest& request, const Context& context) {
  const Activation function = static_cast<const Unary&>(request.op).function(request.inputs);
  const std::int64_t elements = request.outputs[0].shape.elements();
  const dnnl::memory::desc flat({elements}, onednn_type(request.outputs[0].dtype),
                                dnnl::memory::format_tag::x);
  dnnl::post_ops as_post_op;  // one place knows how an Activation is spelt in oneDNN
  append(as_post_op, function);
  float scale = 1, alpha = 0, beta = 0;
  dnnl::algorithm algorithm{};
  as_post_op.get_params_eltwise(0, scale, algorithm, alpha, beta);
  const dnnl::eltwise_forward::primitive_desc described(
      {dnnl::prop_kind::forward_inference, algorithm, flat, alpha, beta}, with_user_scratchpad(),
      context.engine);
  Kernel kernel = primitive_kernel(context, dnnl::eltwise_forward(described), described.impl_info_str(),
                                   {{Argument::From::input, 0, {}, DNNL_ARG_SRC, flat},
                                    {Argument::From::output, 0, {}, DNNL_ARG_DST, flat}},
                                   described.scratchpad_desc());
  kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace yy::cpu
