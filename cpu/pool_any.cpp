#include "cpu/private/pool_any.h"

#include <array>

namespace yy::cpu {
namespace {

// Walks over the spatial axes; everything of one channel lies at multiples of the strides.
struct AnyPool {
  Pool::Kind kind;
  Pool::Fields fields;
  Window window;
  std::vector<std::int64_t> in, out;                  // spatial dimensions
  std::vector<std::int64_t> in_strides, out_strides;  // of all axes
  std::int64_t rows, channels;

  std::size_t axes() const { return window.axes(); }

  // Index number `n` over `dims`, last axis fastest; at most three axes.
  static std::array<std::int64_t, 3> unravel(std::int64_t n, const std::vector<std::int64_t>& dims) {
    std::array<std::int64_t, 3> index{};
    for (std::size_t i = dims.size(); i-- > 0;) {
      index[i] = n % dims[i];
      n /= dims[i];
    }
    return index;
  }

  static std::int64_t product(const std::vector<std::int64_t>& dims) {
    std::int64_t result = 1;
    for (std::int64_t dim : dims) result *= dim;
    return result;
  }

  struct Found {
    double value = 0;          // largest, or sum
    std::int64_t place = 0;    // of the largest, counted as ONNX's Indices are within one channel
    std::int64_t cells = 0;    // of the window in the picture
    std::int64_t counted = 0;  // and in the padded picture
  };

  template <class T>
  Found look(const T* channel, const std::array<std::int64_t, 3>& position) const {
    Found found;
    const std::int64_t taps = product(window.kernel_shape);
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const auto at = unravel(tap, window.kernel_shape);
      bool inside = true, padded = true;
      std::int64_t offset = 0, place = 0, step = 1;
      for (std::size_t i = 0; i < axes(); ++i) {
        const std::int64_t k = position[i] * window.strides[i] - window.pads[i] + at[i] * window.dilations[i];
        inside = inside && k >= 0 && k < in[i];
        padded = padded && k < in[i] + window.pads[axes() + i];
        offset += k * in_strides[2 + i];
        place = fields.column_major_indices ? place + k * step : place * in[i] + k;
        step *= in[i];
      }
      if (padded) ++found.counted;
      if (!inside) continue;
      const auto value = static_cast<double>(channel[offset]);
      if (kind != Pool::Kind::max) {
        found.value += value;
      } else if (found.cells == 0 || value > found.value || value != value) {
        found.value = value;
        found.place = place;
      }
      ++found.cells;
    }
    return found;
  }

  template <class T>
  void run(const T* x, T* y, std::int64_t* indices) const {
    const std::int64_t outputs = product(out), pixels = product(in);
    parallel_for(
        rows * channels, rows * channels * outputs * product(window.kernel_shape), [&](std::int64_t n) {
          const std::int64_t row = n / channels, channel = n % channels;
          const T* from = x + row * in_strides[0] + channel * in_strides[1];
          for (std::int64_t o = 0; o < outputs; ++o) {
            const auto position = unravel(o, out);
            std::int64_t to = row * out_strides[0] + channel * out_strides[1];
            for (std::size_t i = 0; i < axes(); ++i) to += position[i] * out_strides[2 + i];
            const Found found = look(from, position);
            const std::int64_t divisor = fields.count_include_pad ? found.counted : found.cells;
            y[to] = static_cast<T>(kind == Pool::Kind::max ? found.value
                                                           : found.value / static_cast<double>(divisor));
            if (indices != nullptr) indices[to] = n * pixels + found.place;
          }
        });
  }
};

template <class T>
Launch bind_any(const AnyPool& plan, const Binding& binding) {
  return [=](Stream&) {
    auto* indices = binding.outputs.size() > 1 ? binding.outputs[1].as<std::int64_t>() : nullptr;
    plan.run(binding.inputs[0].as<const T>(), binding.outputs[0].as<T>(), indices);
  };
}

}  // namespace

Kernel pool_any(const KernelRequest& request, const Pool& pool, const Window& window) {
  const TensorDesc &in = request.inputs[0].desc, &out = request.outputs[0];
  const auto spatial = [](const Shape& shape) {
    return std::vector<std::int64_t>(shape.begin() + 2, shape.end());
  };
  const AnyPool plan{pool.kind(),  pool.fields(), window,      spatial(in.shape), spatial(out.shape),
                     in.strides(), out.strides(), in.shape[0], in.shape[1]};
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.bind = [plan, dtype = in.dtype](const Binding& binding) {
    if (dtype == DType::i8) return bind_any<std::int8_t>(plan, binding);
    if (dtype == DType::u8) return bind_any<std::uint8_t>(plan, binding);
    return bind_any<float>(plan, binding);
  };
  return kernel;
}

}  // namespace yy::cpu
