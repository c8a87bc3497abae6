#include "cpu/private/products.h"

#include "cpu/private/activate.h"

namespace yy::cpu {

using dnnl::memory;

// matmul computes alpha * (x W + bias), so its bias is ours over alpha.
Kernel layer_product(const Context& context, WeightStore& store, const LayerProduct& product) {
  const auto f32 = memory::data_type::f32;
  const std::int64_t k = product.x.shape[1], n = product.y.shape[1];
  dnnl::primitive_attr attributes = with_user_scratchpad();
  if (product.alpha != 1) attributes.set_output_scales(0, {product.alpha});
  dnnl::post_ops ops;
  if (product.activation) append(ops, *product.activation);
  attributes.set_post_ops(ops);

  const memory::desc source = describe(product.x), target = describe(product.y);
  const memory::desc weights({k, n}, source.data_type(), memory::format_tag::any);
  const memory::desc bias({1, n}, f32, memory::format_tag::ab);
  const auto operation = product.bias ? dnnl::matmul::desc(source, weights, bias, target)
                                      : dnnl::matmul::desc(source, weights, target);
  const dnnl::matmul::primitive_desc described(operation, attributes, context.engine);

  const auto rows = static_cast<std::size_t>(k), columns = static_cast<std::size_t>(n);
  const memory::desc plain({k, n}, f32, product.transposed ? memory::format_tag::ba : memory::format_tag::ab);
  const FilterLayout filters =
      product.transposed ? FilterLayout{columns, rows, rows, 1} : FilterLayout{columns, 1, rows, columns};
  const Buffer packed = pack(context, store, product.weights, plain, described.weights_desc(), filters);
  std::vector<Argument> arguments{
      {Argument::From::input, 0, {}, DNNL_ARG_SRC, source},
      {Argument::From::packed, 0, packed, DNNL_ARG_WEIGHTS, described.weights_desc()},
      {Argument::From::output, 0, {}, DNNL_ARG_DST, target},
  };
  if (product.bias) {
    arguments.push_back({Argument::From::packed, 0, *product.bias, DNNL_ARG_BIAS, bias});
  }
  Kernel kernel = primitive_kernel(context, dnnl::matmul(described), described.impl_info_str(),
                                   std::move(arguments), described.scratchpad_desc());
  kernel.packed_inputs = {1, 2};
  return kernel;
}

void activate(std::span<float> values, const Activation& activation) {
  with_function(activation, [&](const auto& f) {
    for (float& x : values) x = f(x);
  });
}

}  // namespace yy::cpu
