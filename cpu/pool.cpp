// Pooling: oneDNN's primitive, channels last; own loops where oneDNN has no fast code or another divisor,
// and those of pool_any.cpp for what no picture needs.
#include "ops/pool.h"

#include <algorithm>
#include <array>
#include <limits>

#include "cpu/private/context.h"
#include "cpu/private/pool_any.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

using dnnl::memory;

dnnl::pooling_v2_forward::primitive_desc describe_pooling(const KernelRequest& request,
                                                          const Context& context, const Pool& pool,
                                                          const Window& window) {
  const auto algorithm = pool.kind() == Pool::Kind::max    ? dnnl::algorithm::pooling_max
                         : pool.fields().count_include_pad ? dnnl::algorithm::pooling_avg_include_padding
                                                           : dnnl::algorithm::pooling_avg_exclude_padding;
  const Shape& in = request.inputs[0].desc.shape;
  memory::dims before(window.pads.begin(), window.pads.begin() + 2), after(2), gaps = window.dilations;
  for (std::size_t i = 0; i < 2; ++i) {  // as much as the last window needs, which ceil_mode may enlarge
    after[i] = (window.output[i] - 1) * window.strides[i] + window.extent(i) - in[2 + i] - window.pads[i];
    --gaps[i];  // oneDNN counts them, not the step
  }
  return {{dnnl::prop_kind::forward_inference, algorithm, describe(request.inputs[0].desc),
           describe(request.outputs[0]), window.strides, window.kernel_shape, gaps, before, after},
          with_user_scratchpad(),
          context.engine};
}

// With count_include_pad, ONNX counts the padding that `pads` names but not the cells that ceil_mode adds.
bool divisor_differs(const Pool& pool, const Window& window, const Shape& in) {
  if (pool.kind() != Pool::Kind::average || !pool.fields().count_include_pad) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t end = (window.output[i] - 1) * window.strides[i] + window.extent(i);
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

  template <class T>
  void row(const T* x, T* y, std::int64_t n, std::int64_t oh) const {
    const Taps rows = taps(0, oh);
    for (std::int64_t ow = 0; ow < out[3]; ++ow) {
      const Taps columns = taps(1, ow);
      T* to = y + ((n * out[2] + oh) * out[3] + ow) * in[1];
      for (std::int64_t c = 0; c < in[1]; c += block)
        pixel(x + n * in[2] * in[3] * in[1], to, rows, columns, c);
    }
  }

  // Channels c to c + block of one output position, summed up in float32.
  static constexpr std::int64_t block = 64;
  template <class T>
  void pixel(const T* x, T* to, const Taps& rows, const Taps& columns, std::int64_t c) const {
    const std::int64_t count = std::min(block, in[1] - c);
    std::array<float, block> result;
    result.fill(kind == Pool::Kind::max ? std::numeric_limits<float>::lowest() : 0.F);
    for (std::int64_t h = rows.first; h <= rows.last; h += window.dilations[0]) {
      for (std::int64_t w = columns.first; w <= columns.last; w += window.dilations[1]) {
        const T* from = x + (h * in[3] + w) * in[1] + c;
        for (std::int64_t i = 0; i < count; ++i) {
          const auto value = static_cast<float>(from[i]);
          float& so_far = result[static_cast<std::size_t>(i)];
          if (kind != Pool::Kind::max) {
            so_far += value;
          } else if (value > so_far || value != value) {
            so_far = value;
          }
        }
      }
    }
    const float divisor = kind == Pool::Kind::max ? 1.F : static_cast<float>(rows.counted * columns.counted);
    for (std::int64_t i = 0; i < count; ++i)
      to[c + i] = static_cast<T>(result[static_cast<std::size_t>(i)] / divisor);
  }
};

template <class T>
Launch bind_plain(const PlainPool& plain, const Binding& binding) {
  return [=](Stream&) {
    const std::int64_t rows = plain.out[0] * plain.out[2];
    parallel_for(rows, plain.in.elements(), [&](std::int64_t i) {
      plain.row(binding.inputs[0].as<const T>(), binding.outputs[0].as<T>(), i / plain.out[2],
                i % plain.out[2]);
    });
  };
}

Kernel plain_pool(const KernelRequest& request, const Pool& pool, const Window& window) {
  const PlainPool plain{pool.kind(), pool.fields().count_include_pad, window, request.inputs[0].desc.shape,
                        request.outputs[0].shape};
  Kernel kernel;
  kernel.implementation = "loop";
  const bool narrow = request.outputs[0].dtype == DType::bf16;
  kernel.bind = [=](const Binding& binding) {
    return narrow ? bind_plain<bfloat16>(plain, binding) : bind_plain<float>(plain, binding);
  };
  return kernel;
}

}  // namespace

KernelOrRefusal make_pool(const KernelRequest& request, const Context& context) {
  const auto& pool = static_cast<const Pool&>(request.op);
  const Window window = pool.window(request.inputs[0].desc.shape);
  const DType dtype = request.inputs[0].desc.dtype;
  const bool bytes = dtype == DType::i8 || dtype == DType::u8;
  if (window.axes() != 2 || bytes || request.outputs.size() > 1) return pool_any(request, pool, window);
  if (divisor_differs(pool, window, request.inputs[0].desc.shape)) return plain_pool(request, pool, window);
  const auto described = describe_pooling(request, context, pool, window);
  if (is_reference(described.impl_info_str())) return plain_pool(request, pool, window);
  return primitive_kernel(context, dnnl::pooling_v2_forward(described), described.impl_info_str(),
                          {{Argument::From::input, 0, {}, DNNL_ARG_SRC, described.src_desc()},
                           {Argument::From::output, 0, {}, DNNL_ARG_DST, described.dst_desc()}},
                          described.scratchpad_desc());
}

}  // namespace yy::cpu
