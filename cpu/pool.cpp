// Pooling: oneDNN's primitive, channels last; own loops where oneDNN has no fast code or another divisor.
#include "ops/pool.h"

#include <algorithm>
#include <limits>

#include "cpu/private/context.h"

namespace yy::cpu {
namespace {

using dnnl::memory;

dnnl::pooling_v2_forward::primitive_desc describe_pooling(const KernelRequest& request,
                                                          const Context& context, const Pool& pool,
                                                          const Window& window) {
  const auto algorithm = pool.kind() == Pool::Kind::max ? dnnl::algorithm::pooling_max
                         : pool.count_include_pad()     ? dnnl::algorithm::pooling_avg_include_padding
                                                        : dnnl::algorithm::pooling_avg_exclude_padding;
  const Shape& in = request.inputs[0].desc.shape;
  memory::dims after(2);
  for (std::size_t i = 0; i < 2; ++i) {  // as much as the last window needs, which ceil_mode may enlarge
    const std::int64_t extent = (window.kernel_shape[i] - 1) * window.dilations[i] + 1;
    after[i] = (window.output[i] - 1) * window.strides[i] + extent - in[2 + i] - window.pads[i];
  }
  return {{dnnl::prop_kind::forward_inference, algorithm, describe(request.inputs[0].desc),
           describe(request.outputs[0]), memory::dims(window.strides.begin(), window.strides.end()),
           memory::dims(window.kernel_shape.begin(), window.kernel_shape.end()),
           memory::dims{window.dilations[0] - 1, window.dilations[1] - 1},
           memory::dims{window.pads[0], window.pads[1]}, after},
          with_user_scratchpad(),
          context.engine};
}

// With count_include_pad, ONNX counts the padding that `pads` names but not the cells that ceil_mode adds.
bool divisor_differs(const Pool& pool, const Window& window, const Shape& in) {
  if (pool.kind() != Pool::Kind::average || !pool.count_include_pad()) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t extent = (window.kernel_shape[i] - 1) * window.dilations[i] + 1;
    const std::int64_t end = (window.output[i] - 1) * window.strides[i] + extent;
    if (end > in[2 + i] + window.pads[i] + window.pads[2 + i]) return true;
  }
  return false;
}

struct PlainPool {
  Pool::Kind kind;
  bool count_include_pad;
  Window window;
  Shape in, out;

  // The taps of one output position along axis i: indices [first, last] with those outside the picture cut
  // off.
  struct Taps {
    std::int64_t first, last, counted;
  };
  Taps taps(std::size_t i, std::int64_t position) const {
    const std::int64_t step = window.dilations[i];
    const std::int64_t origin = position * window.strides[i] - window.pads[i];
    const std::int64_t size = in[2 + i];
    const std::int64_t first = origin >= 0 ? 0 : (-origin + step - 1) / step;
    const auto upto = [&](std::int64_t limit) {  // taps before `limit`
      return std::clamp<std::int64_t>((limit - origin + step - 1) / step, 0, window.kernel_shape[i]);
    };
    const std::int64_t counted = count_include_pad ? upto(size + window.pads[2 + i]) : upto(size) - first;
    return {origin + first * step, origin + (upto(size) - 1) * step, counted};
  }

  void row(const float* x, float* y, std::int64_t n, std::int64_t oh) const {
    const std::int64_t channels = in[1];
    const Taps rows = taps(0, oh);
    for (std::int64_t ow = 0; ow < out[3]; ++ow) {
      const Taps columns = taps(1, ow);
      float* to = y + ((n * out[2] + oh) * out[3] + ow) * channels;
      std::fill(to, to + channels, kind == Pool::Kind::max ? std::numeric_limits<float>::lowest() : 0.F);
      for (std::int64_t h = rows.first; h <= rows.last; h += window.dilations[0]) {
        for (std::int64_t w = columns.first; w <= columns.last; w += window.dilations[1]) {
          const float* from = x + ((n * in[2] + h) * in[3] + w) * channels;
          if (kind == Pool::Kind::max) {
            for (std::int64_t c = 0; c < channels; ++c)
              to[c] = from[c] > to[c] || from[c] != from[c] ? from[c] : to[c];
          } else {
            for (std::int64_t c = 0; c < channels; ++c) to[c] += from[c];
          }
        }
      }
      if (kind == Pool::Kind::max) continue;
      const float divisor = static_cast<float>(rows.counted * columns.counted);
      for (std::int64_t c = 0; c < channels; ++c) to[c] /= divisor;
    }
  }
};

Kernel plain_pool(const KernelRequest& request, const Pool& pool, const Window& window) {
  const PlainPool plain{pool.kind(), pool.count_include_pad(), window, request.inputs[0].desc.shape,
                        request.outputs[0].shape};
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.bind = [plain](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const std::int64_t rows = plain.out[0] * plain.out[2];
      parallel_for(rows, plain.in.elements(), [&](std::int64_t i) {
        plain.row(binding.inputs[0].as<const float>(), binding.outputs[0].as<float>(), i / plain.out[2],
                  i % plain.out[2]);
      });
    };
  };
  return kernel;
}

}  // namespace

KernelOrRefusal make_pool(const KernelRequest& request, const Context& context) {
  const auto& pool = static_cast<const Pool&>(request.op);
  const Window window = pool.window(request.inputs[0].desc.shape);
  if (divisor_differs(pool, window, request.inputs[0].desc.shape)) return plain_pool(request, pool, window);
  const auto described = describe_pooling(request, context, pool, window);
  if (is_reference(described.impl_info_str())) return plain_pool(request, pool, window);
  return primitive_kernel(context, dnnl::pooling_v2_forward(described), described.impl_info_str(),
                          {{Argument::From::input, 0, {}, DNNL_ARG_SRC, described.src_desc()},
                           {Argument::From::output, 0, {}, DNNL_ARG_DST, described.dst_desc()}},
                          described.scratchpad_desc());
}

}  // namespace yy::cpu
