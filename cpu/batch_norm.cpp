// Batch normalisation that could not be folded into a layer: y = f(factor[c] * x + offset[c]).
#include "ops/batch_norm.h"

#include "cpu/private/activate.h"
#include "cpu/private/context.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

// [rows, channels, pixels] with pixels fastest, or pixels = 1 where the channels are.
struct Extent {
  std::int64_t rows, channels, pixels;
};

Extent extent_of(const TensorDesc& x) {
  const std::int64_t channels = x.shape[1];
  const std::int64_t rest = channels == 0 ? 0 : x.shape.elements() / channels;
  if (x.layout == Layout::channels_last || x.shape.rank() == 2) return {rest, channels, 1};
  return {x.shape[0], channels, x.shape[0] == 0 ? 0 : rest / x.shape[0]};
}

template <class T, class F>
Launch bind_loop(const Extent& extent, const std::vector<float>& factor, const std::vector<float>& offset,
                 const F& f, const Binding& binding) {
  return [=](Stream&) {
    const auto* x = binding.inputs[0].as<const T>();
    auto* y = binding.outputs[0].as<T>();
    const auto [rows, channels, pixels] = extent;
    const float* scale = factor.data();
    const float* shift = offset.data();
    parallel_for(rows, rows * channels * pixels, [&](std::int64_t row) {
      const std::int64_t base = row * channels * pixels;
      const T* from = x + base;
      T* to = y + base;
      if (pixels == 1) {
        for (std::int64_t c = 0; c < channels; ++c)
          to[c] = static_cast<T>(f(scale[c] * static_cast<float>(from[c]) + shift[c]));
        return;
      }
      for (std::int64_t c = 0; c < channels; ++c, from += pixels, to += pixels) {
        const float a = scale[c], b = shift[c];
        for (std::int64_t i = 0; i < pixels; ++i)
          to[i] = static_cast<T>(f(a * static_cast<float>(from[i]) + b));
      }
    });
  };
}

}  // namespace

KernelOrRefusal make_batch_norm(const KernelRequest& request, const Context&) {
  const auto& norm = static_cast<const BatchNorm&>(request.op);
  const auto affine = norm.affine(request.inputs);
  const std::vector<float> factor(affine.factor.begin(), affine.factor.end());
  const std::vector<float> offset(affine.offset.begin(), affine.offset.end());
  const Extent extent = extent_of(request.inputs[0].desc);
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.may_overwrite = 0;
  kernel.packed_inputs = {1, 2, 3, 4};
  const bool narrow = request.outputs[0].dtype == DType::bf16;
  kernel.bind = [=, activation = norm.activation()](const Binding& binding) -> Launch {
    const auto bind = [&](const auto& f) {
      return narrow ? bind_loop<bfloat16>(extent, factor, offset, f, binding)
                    : bind_loop<float>(extent, factor, offset, f, binding);
    };
    return activation ? with_function(*activation, bind) : bind([](float x) { return x; });
  };
  return kernel;
}

}  // namespace yy::cpu
