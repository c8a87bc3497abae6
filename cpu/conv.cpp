// Convolution: one oneDNN primitive, channels last, bias, residual and activation in its epilogue; where
// oneDNN has no code of its own for it, the loops of conv_any.cpp.
#include "ops/conv.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "cpu/private/context.h"
#include "cpu/private/conv_any.h"
#include "ops/inputs.h"

namespace yy::cpu {
namespace {

using dnnl::memory;

// Weights as oneDNN wants to see them: [M,C,kH,kW], or [G,M/G,C/G,kH,kW] in groups.
memory::dims weight_dims(const Shape& w, std::int64_t group) {
  memory::dims dims(w.begin(), w.end());
  if (group == 1) return dims;
  dims[0] /= group;
  dims.insert(dims.begin(), group);
  return dims;
}

dnnl::primitive_attr epilogue_attributes(const Epilogue& epilogue) {
  dnnl::primitive_attr attributes = with_user_scratchpad();
  dnnl::post_ops ops;
  if (epilogue.residual) ops.append_sum(1.F);
  if (epilogue.activation) append(ops, *epilogue.activation);
  attributes.set_post_ops(ops);
  return attributes;
}

dnnl::convolution_forward::primitive_desc describe_convolution(const KernelRequest& request,
                                                               const Context& context, const Conv& conv) {
  const auto any = memory::format_tag::any;
  const auto f32 = memory::data_type::f32;
  const Shape& w = request.inputs[1].desc.shape;
  const Window window = conv.window(request.inputs);
  const auto between = window.pads.begin() + static_cast<std::ptrdiff_t>(window.axes());
  const memory::dims &strides = window.strides, before(window.pads.begin(), between),
                     after(between, window.pads.end());
  memory::dims dilations = window.dilations;
  for (auto& dilation : dilations) --dilation;  // oneDNN counts the gaps
  const memory::desc source = describe(request.inputs[0].desc);
  const memory::desc weights(weight_dims(w, conv.group()), source.data_type(), any);
  const memory::desc target = describe(request.outputs[0]);
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto inference = dnnl::prop_kind::forward_inference;
  const dnnl::primitive_attr attributes = epilogue_attributes(conv.epilogue());
  if (maybe(request.inputs, 2) != nullptr) {
    const memory::desc bias({w[0]}, f32, memory::format_tag::x);
    return {{inference, algorithm, source, weights, bias, target, strides, dilations, before, after},
            attributes,
            context.engine};
  }
  return {{inference, algorithm, source, weights, target, strides, dilations, before, after},
          attributes,
          context.engine};
}

// oneDNN 2.6.3 on AMX writes past its copy of the source, and so gets sums wrong, for some strided windows:
// 11x1 at strides 3, 4; 2x11 at 1, 2; 5x5 at 4. Of 16,000 random ones none was wrong at stride 1, nor in
// square windows at stride 2.
bool overruns(std::string_view implementation, const Window& window) {
  if (!implementation.starts_with("brgconv:") || implementation.find("amx") == std::string_view::npos) {
    return false;
  }
  const auto all = [](const std::vector<std::int64_t>& list, std::int64_t value) {
    return std::all_of(list.begin(), list.end(), [&](std::int64_t x) { return x == value; });
  };
  if (all(window.strides, 1)) return false;
  const std::int64_t side = window.kernel_shape[0];
  return window.axes() != 2 || !all(window.kernel_shape, side) || !all(window.strides, 2);
}

// oneDNN's primitive, if it has own code for this convolution, right code, that can be generated: 2.6.3
// promises some (bfloat16 in groups) that it then cannot. Its next implementations crash where the first
// does not fit, so that they are not tried.
std::optional<dnnl::convolution_forward> create(const dnnl::convolution_forward::primitive_desc& described,
                                                const Window& window) {
  const std::string_view implementation = described.impl_info_str();
  if (is_reference(implementation) || overruns(implementation, window)) return std::nullopt;
  try {
    return dnnl::convolution_forward(described);
  } catch (const dnnl::error&) {
    return std::nullopt;
  }
}

}  // namespace

KernelOrRefusal make_conv(const KernelRequest& request, const Context& context) {
  const auto& conv = static_cast<const Conv&>(request.op);
  const OpInput& weights = request.inputs[1];
  if (weights.constant == nullptr)
    return Refusal{"weights 'W' that are computed from data are not supported"};

  // oneDNN 2.6.3 reads outside its memory where a whole window lies in the padding.
  const Window window = conv.window(request.inputs);
  if (padding_only(window, request.inputs[0].desc.shape)) return conv_any(request, conv);
  const auto described = describe_convolution(request, context, conv);
  const auto primitive = create(described, window);
  if (!primitive) return conv_any(request, conv);
  const memory::dims dims = weight_dims(weights.desc.shape, conv.group());
  const memory::desc plain =
      describe({Shape(std::vector<std::int64_t>(dims)), DType::f32, Layout::row_major});
  const auto count = static_cast<std::size_t>(weights.desc.shape[0]);
  const std::size_t taps = weights.constant->as<float>().size() / std::max<std::size_t>(count, 1);
  const FilterLayout filters{count, taps, taps, 1};
  const Buffer packed =
      pack(context, request.weights, *weights.constant, plain, described.weights_desc(), filters);

  std::vector<Argument> arguments{
      {Argument::From::input, 0, {}, DNNL_ARG_SRC, described.src_desc()},
      {Argument::From::packed, 0, packed, DNNL_ARG_WEIGHTS, described.weights_desc()},
      {Argument::From::output, 0, {}, DNNL_ARG_DST, described.dst_desc()},
  };
  if (maybe(request.inputs, 2) != nullptr) {
    arguments.push_back({Argument::From::input, 2, {}, DNNL_ARG_BIAS, described.bias_desc()});
  }
  // oneDNN adds what already lies in the target: the plan lets it be the residual's own memory where it can.
  std::function<void(const Binding&)> before;
  if (conv.epilogue().residual) {
    before = [bytes = request.outputs[0].bytes()](const Binding& binding) {
      if (binding.outputs[0].data != binding.inputs[3].data) {
        std::memcpy(binding.outputs[0].data, binding.inputs[3].data, bytes);
      }
    };
  }
  Kernel kernel = primitive_kernel(context, *primitive, described.impl_info_str(), std::move(arguments),
                                   described.scratchpad_desc(), std::move(before));
  kernel.packed_inputs = {1};
  if (conv.epilogue().residual) kernel.may_overwrite = 3;
  return kernel;
}

}  // namespace yy::cpu
