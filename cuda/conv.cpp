// Convolution. Depthwise ones and groups of few filters have kernels of their own; all others are cuDNN's or
// cuBLASLt's where those are asked for and take them, else matrix products. Bias, residual and activation are
// part of each of our kernels.
#include "ops/conv.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <limits>

#include "cuda/kernels/depthwise.h"
#include "cuda/kernels/grouped.h"
#include "cuda/private/cudnn_conv.h"
#include "cuda/private/pack.h"
#include "cuda/private/products.h"
#include "ops/inputs.h"

namespace yy::cuda {
namespace {

// What all of the kernels are made from. Lists have three elements: depth, height, width; axes that the
// picture does not have are 1.
struct Plan {
  const KernelRequest& request;
  const Conv& conv;
  std::int64_t images, channels, filters, group;  // channels of x, filters of all groups
  std::array<int, 3> size, out, taps, stride, dilation, before;
  DType dtype;    // of x and the weights
  Finish finish;  // without pointers

  const Tensor& weights() const { return *request.inputs[1].constant; }
  std::int64_t channels_of_group() const { return channels / group; }
  std::int64_t filters_of_group() const { return filters / group; }
  std::int64_t all_taps() const { return std::int64_t{taps[0]} * taps[1] * taps[2]; }
  std::int64_t filter_elements() const { return channels_of_group() * all_taps(); }
  std::int64_t pixels() const { return std::int64_t{out[0]} * out[1] * out[2]; }
  bool channels_last() const { return request.inputs[0].desc.layout == Layout::channels_last; }

  // The weights of a filter, that are rounded together.
  FilterLayout filter_layout() const {
    const auto each = static_cast<std::size_t>(filter_elements());
    return {static_cast<std::size_t>(filters), each, each, 1};
  }
};

// The last elements of `values` along depth, height and width; axes that are not there get `filler`.
std::array<int, 3> three(std::span<const std::int64_t> values, int filler) {
  std::array<int, 3> result;
  result.fill(filler);
  std::transform(values.begin(), values.end(), result.end() - static_cast<std::ptrdiff_t>(values.size()),
                 [](std::int64_t x) { return static_cast<int>(x); });
  return result;
}

// Kernels count positions of the padded picture in 32 bits, with room for one window more.
std::optional<Refusal> refuse_padding(const Window& window, const Shape& input) {
  constexpr std::int64_t most = std::int64_t{1} << 29;
  for (std::size_t i = 0; i < window.axes(); ++i) {
    const std::int64_t padded = input[2 + i] + window.pads[i] + window.pads[window.axes() + i];
    if (padded <= most) continue;
    return Refusal{fmt::format("a padded {} of at most {} is supported, found {}",
                               axis_name(i, window.axes()), most, padded)};
  }
  return std::nullopt;
}

// Strides where there is one position, and dilations of one tap, mean nothing and may be any number.
void drop_meaningless_steps(Window& window) {
  for (std::size_t i = 0; i < window.axes(); ++i) {
    if (window.output[i] == 1) window.strides[i] = 1;
    if (window.kernel_shape[i] == 1) window.dilations[i] = 1;
  }
}

bool all(const std::array<int, 3>& values, int wanted) {
  return std::all_of(values.begin(), values.end(), [&](int value) { return value == wanted; });
}

// --- depthwise ---

bool is_depthwise(const Plan& plan) {
  const int side = plan.taps[2], stride = plan.stride[2];
  return plan.channels_last() && plan.channels_of_group() == 1 && plan.filters_of_group() == 1 &&
         plan.channels % 2 == 0 && plan.taps[1] == side && (side == 3 || side == 5 || side == 7) &&
         plan.stride[1] == stride && stride <= 2 && all(plan.dilation, 1);
}

Kernel depthwise_kernel(const Plan& plan) {
  DepthwiseArgs args;
  args.images = static_cast<int>(plan.images);
  args.channels = static_cast<int>(plan.channels);
  args.height = plan.size[1];
  args.width = plan.size[2];
  args.out_height = plan.out[1];
  args.out_width = plan.out[2];
  args.top = plan.before[1];
  args.left = plan.before[2];
  args.finish = plan.finish;
  const std::int64_t taps = plan.all_taps();
  const Buffer weights = pack(plan.request.weights, plan.weights(), "depthwise", plan.dtype,
                              plan.filter_layout(), taps * plan.channels,
                              {{{1, 0, 0}, {1, 0, 0}, {taps, 1, plan.channels}, {plan.channels, taps, 1}}});
  const int side = plan.taps[2], stride = plan.stride[2];
  return kernel_of(fmt::format("depthwise {}x{}", side, side),
                   [=, dtype = plan.dtype](const Binding& at, cudaStream_t stream) {
                     DepthwiseArgs bound = args;
                     bound.x = at.inputs[0].data;
                     bound.weights = weights.data();
                     bound.finish = bind_finish(args.finish, at);
                     launch_depthwise(dtype, side, stride, bound, stream);
                   });
}

// --- groups of few filters ---

bool is_grouped(const Plan& plan) {
  return plan.channels_last() && plan.group > 1 && plan.filters_of_group() <= GroupedArgs::most_filters;
}

Kernel grouped_kernel(const Plan& plan) {
  GroupedArgs args;
  args.images = static_cast<int>(plan.images);
  args.groups = static_cast<int>(plan.group);
  args.channels = static_cast<int>(plan.channels_of_group());
  args.filters = static_cast<int>(plan.filters_of_group());
  std::copy_n(plan.size.begin() + 1, 2, args.size);
  std::copy_n(plan.out.begin() + 1, 2, args.out);
  std::copy_n(plan.taps.begin() + 1, 2, args.taps);
  std::copy_n(plan.stride.begin() + 1, 2, args.stride);
  std::copy_n(plan.dilation.begin() + 1, 2, args.dilation);
  std::copy_n(plan.before.begin() + 1, 2, args.before);
  args.finish = plan.finish;
  const std::int64_t each = grouped_filters(args.filters), taps = plan.all_taps(), channels = args.channels;
  const PackAxis over_taps{taps, 1, channels * plan.group * each},
      over_channels{channels, taps, plan.group * each},
      over_groups{plan.group, args.filters * plan.filter_elements(), each},
      over_filters{args.filters, plan.filter_elements(), 1};
  const Buffer weights = pack(plan.request.weights, plan.weights(), fmt::format("{} groups", plan.group),
                              plan.dtype, plan.filter_layout(), plan.filter_elements() * plan.group * each,
                              {{over_taps, over_channels, over_groups, over_filters}});
  return kernel_of("grouped", [=, dtype = plan.dtype](const Binding& at, cudaStream_t stream) {
    GroupedArgs bound = args;
    bound.x = at.inputs[0].data;
    bound.weights = weights.data();
    bound.finish = bind_finish(args.finish, at);
    launch_grouped(dtype, bound, stream);
  });
}

// --- matrix products ---

// Whether each output pixel needs just the input pixel at the same place: then the pixels are rows of a
// layer.
bool is_layer(const Plan& plan) {
  return plan.channels_last() && plan.group == 1 && plan.all_taps() == 1 && all(plan.stride, 1) &&
         all(plan.before, 0) && plan.size == plan.out;
}

LayerProduct layer_of(const Plan& plan) {
  LayerProduct layer{plan.images * plan.pixels(), plan.channels, plan.filters, true};
  layer.residual = plan.conv.epilogue().residual;
  layer.activation = plan.conv.epilogue().activation;
  return layer;
}

void set_strides(const Plan& plan, ImplicitGemmArgs& args) {
  const auto in = plan.request.inputs[0].desc.strides();
  const auto spatial = three(std::span(in).subspan(2), 0);
  args.x_image = static_cast<int>(in[0]);
  args.x_channel = static_cast<int>(in[1]);
  std::copy(spatial.begin(), spatial.end(), args.x_axis);
  // The pixels of an image lie at equal distances, in either layout.
  const int pixels = static_cast<int>(plan.pixels()), filters = static_cast<int>(plan.filters);
  args.y_image = pixels * filters;
  args.y_pixel = plan.channels_last() ? filters : 1;
  args.y_filter = plan.channels_last() ? 1 : pixels;
}

Kernel any_kernel(const Plan& plan, const Context& context) {
  const std::int64_t depth = plan.filter_elements(), pitch = (depth + 3) / 4 * 4;
  const std::int64_t channels = plan.channels_of_group(), taps = plan.all_taps();
  ImplicitGemmArgs args;
  args.rows = static_cast<int>(plan.images * plan.pixels());
  args.columns = static_cast<int>(plan.filters_of_group());
  args.channels = static_cast<int>(channels);
  args.groups = static_cast<int>(plan.group);
  args.pitch = static_cast<int>(pitch);
  for (std::size_t i = 0; i < 3; ++i) {
    args.size[i] = plan.size[i];
    args.out[i] = plan.out[i];
    args.extent[i] = (plan.taps[i] - 1) * plan.dilation[i] + 1;
    args.stride[i] = plan.stride[i];
    args.dilation[i] = plan.dilation[i];
    args.before[i] = plan.before[i];
  }
  set_strides(plan, args);
  args.finish = plan.finish;
  const Buffer weights =
      pack(plan.request.weights, plan.weights(), "[filters,taps,channels]", plan.dtype, plan.filter_layout(),
           plan.filters * pitch,
           {{{1, 0, 0}, {plan.filters, depth, pitch}, {taps, 1, channels}, {channels, taps, 1}}});
  return implicit_gemm_kernel(plan.dtype, args, weights, context);
}

// --- cuDNN ---

// `window` as the operator has it: cuDNN computes the output's size from it.
KernelOrRefusal cudnn_kernel(const Plan& plan, const Window& window, const Context& context, int candidate) {
  const Shape &x = plan.request.inputs[0].desc.shape, &w = plan.request.inputs[1].desc.shape,
              &y = plan.request.outputs[0].shape;
  if (!plan.channels_last() || x.rank() != 4) return Refusal{"only pictures whose channels lie last"};
  ConvProblem problem;
  for (std::size_t i = 0; i < 4; ++i) {
    problem.x[i] = x[i];
    problem.w[i] = w[i];
    problem.y[i] = y[i];
  }
  for (std::size_t i = 0; i < 2; ++i) {
    problem.stride[i] = window.strides[i];
    problem.dilation[i] = window.dilations[i];
    problem.pads_before[i] = window.pads[i];
    problem.pads_after[i] = window.pads[2 + i];
  }
  problem.read = plan.dtype;
  problem.written = plan.request.outputs[0].dtype;
  problem.residual = plan.conv.epilogue().residual;
  return cudnn_conv_kernel(plan.request, context, problem, plan.conv.epilogue().activation,
                           plan.filter_layout(), candidate);
}

// What the own kernels have in common.
Kernel finished(const Plan& plan, Kernel kernel) {
  kernel.packed_inputs = {1};
  if (plan.conv.epilogue().residual) kernel.may_overwrite = 3;
  kernel.writes_slice = plan.request.slice_pitch > 0;
  return kernel;
}

// What tells a convolution apart, beside its tensors.
std::string fields_of(const Plan& plan, const Window& window) {
  const Epilogue& epilogue = plan.conv.epilogue();
  return fmt::format("strides {} dilations {} pads {} group {}{}{}", fmt::join(window.strides, ","),
                     fmt::join(window.dilations, ","), fmt::join(window.pads, ","), plan.group,
                     epilogue.residual ? " residual" : "",
                     epilogue.activation ? " " + epilogue.activation->text() : "");
}

// Own kernels for what they are made for; for all else cuDNN, cuBLASLt, own kernels.
KernelOrRefusal make_kernel(const Plan& plan, const Window& window, const Context& context) {
  if (is_depthwise(plan)) return finished(plan, depthwise_kernel(plan));
  if (is_grouped(plan)) return finished(plan, grouped_kernel(plan));
  std::vector<Candidate> candidates;
  for (int i = 0; i < proposals(context); ++i)
    candidates.push_back({"cuDNN", i, [&, i] { return cudnn_kernel(plan, window, context, i); }});
  const LayerProduct layer = layer_of(plan);
  if (is_layer(plan)) {
    std::ranges::move(layer_candidates(plan.request, context, layer), std::back_inserter(candidates));
  } else {
    candidates.push_back({"own", 0, [&] { return finished(plan, any_kernel(plan, context)); }});
  }
  return choose(plan.request, context, problem_text(plan.request, fields_of(plan, window)), candidates);
}

}  // namespace

KernelOrRefusal make_conv(const KernelRequest& request, const Context& context) {
  const auto& conv = static_cast<const Conv&>(request.op);
  const OpInput& weights = request.inputs[1];
  if (weights.constant == nullptr)
    return Refusal{"weights 'W' that are computed from data are not supported"};
  const Shape &x = request.inputs[0].desc.shape, &y = request.outputs[0].shape;
  Window window = conv.window(request.inputs);
  if (auto refusal = refuse_padding(window, x)) return *refusal;
  const auto finish = finish_of(request, conv.epilogue().residual, conv.epilogue().activation);
  if (const auto* refusal = std::get_if<Refusal>(&finish)) return *refusal;
  const Window given = window;
  drop_meaningless_steps(window);
  const Plan plan{request,
                  conv,
                  x[0],
                  x[1],
                  y[1],
                  conv.group(),
                  three(x.dims().subspan(2), 1),
                  three(window.output, 1),
                  three(window.kernel_shape, 1),
                  three(window.strides, 1),
                  three(window.dilations, 1),
                  three(std::span(window.pads).first(window.axes()), 0),
                  request.inputs[0].desc.dtype,
                  std::get<Finish>(finish)};
  return make_kernel(plan, given, context);
}

}  // namespace yy::cuda
