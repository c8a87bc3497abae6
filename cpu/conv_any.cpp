#include "cpu/private/conv_any.h"

#include <array>
#include <cstring>

#include "cpu/private/products.h"
#include "ops/inputs.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

using Three = std::array<std::int64_t, 3>;

// The last elements of `values` along depth, height and width; axes that are not there get `filler`.
Three last_of_three(std::span<const std::int64_t> values, std::int64_t filler) {
  Three result;
  result.fill(filler);
  std::copy(values.begin(), values.end(), result.end() - static_cast<std::ptrdiff_t>(values.size()));
  return result;
}

struct AnyConv {
  Epilogue epilogue;
  std::int64_t rows, channels, filters, group;
  Three picture, kernel, strides, dilations, before, output;
  std::array<std::int64_t, 5> in_strides, out_strides;  // N, C, depth, height, width
  std::shared_ptr<void> weights;                        // row-major float32

  // The products of one output element; `x` is the row, `w` the filter.
  template <class T>
  float products(const T* x, const float* w, const Three& at) const {
    const std::int64_t each = channels / group;
    float sum = 0;
    for (std::int64_t c = 0; c < each; ++c) {
      for (std::int64_t a = 0; a < kernel[0]; ++a) {
        for (std::int64_t b = 0; b < kernel[1]; ++b) {
          for (std::int64_t e = 0; e < kernel[2]; ++e, ++w) {
            const std::int64_t i = at[0] * strides[0] + a * dilations[0] - before[0];
            const std::int64_t j = at[1] * strides[1] + b * dilations[1] - before[1];
            const std::int64_t k = at[2] * strides[2] + e * dilations[2] - before[2];
            const bool outside =
                i < 0 || j < 0 || k < 0 || i >= picture[0] || j >= picture[1] || k >= picture[2];
            if (outside) continue;
            sum += static_cast<float>(
                       x[c * in_strides[1] + i * in_strides[2] + j * in_strides[3] + k * in_strides[4]]) *
                   *w;
          }
        }
      }
    }
    return sum;
  }

  template <class T, class U>
  void filter(const Binding& binding, std::int64_t n, std::int64_t m) const {
    const std::int64_t taps = channels / group * kernel[0] * kernel[1] * kernel[2];
    const std::int64_t first = m / (filters / group) * (channels / group);
    const T* x = binding.inputs[0].as<const T>() + n * in_strides[0] + first * in_strides[1];
    const float* w = static_cast<const float*>(weights.get()) + m * taps;
    const std::int64_t base = n * out_strides[0] + m * out_strides[1];
    const bool biased = binding.inputs.size() > 2 && binding.inputs[2].data != nullptr;
    const float bias = biased ? binding.inputs[2].as<const float>()[m] : 0.F;
    U* y = binding.outputs[0].as<U>() + base;
    for (std::int64_t i = 0; i < output[0]; ++i) {
      for (std::int64_t j = 0; j < output[1]; ++j) {
        for (std::int64_t k = 0; k < output[2]; ++k) {
          const std::int64_t to = i * out_strides[2] + j * out_strides[3] + k * out_strides[4];
          float sum = bias + products(x, w, {i, j, k});
          if (epilogue.residual) sum += static_cast<float>(binding.inputs[3].as<const U>()[base + to]);
          if (epilogue.activation) activate({&sum, 1}, *epilogue.activation);
          y[to] = static_cast<U>(sum);
        }
      }
    }
  }
};

std::array<std::int64_t, 5> strides_of(const TensorDesc& desc) {
  const auto own = desc.strides();
  const Three spatial = last_of_three(std::span(own).subspan(2), 0);
  return {own[0], own[1], spatial[0], spatial[1], spatial[2]};
}

template <class T, class U>
Launch bind_any(const AnyConv& plan, std::int64_t work, const Binding& binding) {
  return [=](Stream&) {
    parallel_for(plan.rows * plan.filters, work, [&](std::int64_t i) {
      plan.template filter<T, U>(binding, i / plan.filters, i % plan.filters);
    });
  };
}

}  // namespace

Kernel conv_any(const KernelRequest& request, const Conv& conv) {
  const TensorDesc &in = request.inputs[0].desc, &out = request.outputs[0];
  const Window window = conv.window(request.inputs);
  const Tensor& weights = *request.inputs[1].constant;
  const auto spatial = [](const Shape& shape) { return last_of_three(shape.dims().subspan(2), 1); };
  const bool narrow = in.dtype == DType::bf16;  // then the weights are rounded as for oneDNN
  const std::size_t filters = static_cast<std::size_t>(weights.shape()[0]);
  const std::size_t taps = static_cast<std::size_t>(weights.shape().elements()) / filters;
  const Buffer stored =
      request.weights.get(weights, narrow ? "rounded" : "as is", weights.desc().bytes(), [&](void* to) {
        std::memcpy(to, weights.data(), weights.desc().bytes());
        const std::span values(static_cast<float*>(to), filters * taps);
        if (narrow) round_filters_to_bfloat16(values, {filters, taps, taps, 1});
      });
  const AnyConv plan{conv.epilogue(),
                     in.shape[0],
                     in.shape[1],
                     weights.shape()[0],
                     conv.group(),
                     spatial(in.shape),
                     last_of_three(window.kernel_shape, 1),
                     last_of_three(window.strides, 1),
                     last_of_three(window.dilations, 1),
                     last_of_three(std::span(window.pads).first(window.axes()), 0),
                     spatial(out.shape),
                     strides_of(in),
                     strides_of(out),
                     stored.memory};
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.packed_inputs = {1};
  kernel.bind = [plan, narrow, wide = out.dtype == DType::f32,
                 work = out.shape.elements() * static_cast<std::int64_t>(taps)](const Binding& binding) {
    if (!narrow) return bind_any<float, float>(plan, work, binding);
    return wide ? bind_any<bfloat16, float>(plan, work, binding)
                : bind_any<bfloat16, bfloat16>(plan, work, binding);
  };
  return kernel;
}

}  // namespace yy::cpu
