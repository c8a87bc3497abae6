// Batch normalisation that could not be folded into a convolution: y = factor[c] * x + offset[c].
#include "ops/batch_norm.h"

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

template <class T>
Launch bind_loop(const Extent& extent, const std::vector<float>& factor, const std::vector<float>& offset,
                 const Binding& binding) {
  return [=](Stream&) {
    const auto* x = binding.inputs[0].as<const T>();
    auto* y = binding.outputs[0].as<T>();
    const auto [rows, channels, pixels] = extent;
    const auto apply = [&](std::int64_t i, std::int64_t c) {
      y[i] = static_cast<T>(factor[c] * static_cast<float>(x[i]) + offset[c]);
    };
    parallel_for(rows, rows * channels * pixels, [&](std::int64_t row) {
      const std::int64_t base = row * channels * pixels;
      if (pixels == 1) {
        for (std::int64_t c = 0; c < channels; ++c) apply(base + c, c);
        return;
      }
      for (std::int64_t c = 0; c < channels; ++c) {
        for (std::int64_t i = base + c * pixels; i < base + (c + 1) * pixels; ++i) apply(i, c);
      }
    });
  };
}

}  // namespace

KernelOrRefusal make_batch_norm(const KernelRequest& request, const Context&) {
  const auto affine = static_cast<const BatchNorm&>(request.op).affine(request.inputs);
  const std::vector<float> factor(affine.factor.begin(), affine.factor.end());
  const std::vector<float> offset(affine.offset.begin(), affine.offset.end());
  const Extent extent = extent_of(request.inputs[0].desc);
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.may_overwrite = 0;
  kernel.packed_inputs = {1, 2, 3, 4};
  const bool narrow = request.outputs[0].dtype == DType::bf16;
  kernel.bind = [=](const Binding& binding) {
    return narrow ? bind_loop<bfloat16>(extent, factor, offset, binding)
                  : bind_loop<float>(extent, factor, offset, binding);
  };
  return kernel;
}

}  // namespace yy::cpu
