// Batch normalisation that could not be folded into a convolution: y = factor[c] * x + offset[c].
#include "ops/batch_norm.h"

#include "cpu/private/context.h"

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
  kernel.bind = [=](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const auto* x = binding.inputs[0].as<const float>();
      auto* y = binding.outputs[0].as<float>();
      const auto [rows, channels, pixels] = extent;
      parallel_for(rows, rows * channels * pixels, [&](std::int64_t row) {
        const std::int64_t base = row * channels * pixels;
        if (pixels == 1) {
          for (std::int64_t c = 0; c < channels; ++c) y[base + c] = factor[c] * x[base + c] + offset[c];
          return;
        }
        for (std::int64_t c = 0; c < channels; ++c) {
          for (std::int64_t i = base + c * pixels; i < base + (c + 1) * pixels; ++i) {
            y[i] = factor[c] * x[i] + offset[c];
          }
        }
      });
    };
  };
  return kernel;
}

}  // namespace yy::cpu
