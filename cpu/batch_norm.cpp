// Batch normalisation that could not be folded into a layer: y = f(factor[c] * x + offset[c]).
#include "ops/batch_norm.h"

#include <algorithm>

#include "cpu/private/activate.h"
#include "cpu/private/context.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

// [rows, channels, pixels] with pixels fastest, or pixels = 1 where the channels are.
struct Extent {
  std::int64_t rows, channels, pixels;
};

Extent extent_of(const TensorDesc& y) {
  const std::int64_t channels = y.shape[1];
  const std::int64_t rest = channels == 0 ? 0 : y.shape.elements() / channels;
  if (y.layout == Layout::channels_last || y.shape.rank() == 2) return {rest, channels, 1};
  return {y.shape[0], channels, y.shape[0] == 0 ? 0 : rest / y.shape[0]};
}

// Channels [first, first + channels) of x, from one input.
struct Part {
  std::size_t input;
  std::int64_t first, channels;
};

std::vector<Part> parts_of(std::span<const OpInput> inputs) {
  std::vector<Part> parts{{0, 0, inputs[0].desc.shape[1]}};
  for (std::size_t i = 5; i < inputs.size(); ++i) {
    parts.push_back({i, parts.back().first + parts.back().channels, inputs[i].desc.shape[1]});
  }
  return parts;
}

// Some channels of one row.
template <class T, class F>
void normalise(const float* factor, const float* offset, std::int64_t channels, std::int64_t pixels,
               const T* from, T* to, const F& f) {
  if (pixels == 1) {
    for (std::int64_t c = 0; c < channels; ++c)
      to[c] = static_cast<T>(f(factor[c] * static_cast<float>(from[c]) + offset[c]));
    return;
  }
  for (std::int64_t c = 0; c < channels; ++c, from += pixels, to += pixels) {
    const float a = factor[c], b = offset[c];
    for (std::int64_t i = 0; i < pixels; ++i) to[i] = static_cast<T>(f(a * static_cast<float>(from[i]) + b));
  }
}

struct Plan {
  Extent extent;
  std::vector<Part> parts;
  std::vector<float> factor, offset;
};

template <class T, class F>
Launch bind_loop(const Plan& plan, const F& f, const Binding& binding) {
  std::vector<const T*> sources;
  for (const Part& part : plan.parts) sources.push_back(binding.inputs[part.input].as<const T>());
  return [=, y = binding.outputs[0].as<T>()](Stream&) {
    const auto [rows, channels, pixels] = plan.extent;
    constexpr std::int64_t together = 8;  // rows: each part is read a stretch at a time
    parallel_for((rows + together - 1) / together, rows * channels * pixels, [&](std::int64_t block) {
      const std::int64_t begin = block * together, end = std::min(rows, begin + together);
      for (std::size_t i = 0; i < sources.size(); ++i) {
        const Part& part = plan.parts[i];
        const float* factor = plan.factor.data() + part.first;
        const float* offset = plan.offset.data() + part.first;
        for (std::int64_t row = begin; row < end; ++row) {
          normalise(factor, offset, part.channels, pixels, sources[i] + row * part.channels * pixels,
                    y + (row * channels + part.first) * pixels, f);
        }
      }
    });
  };
}

}  // namespace

KernelOrRefusal make_batch_norm(const KernelRequest& request, const Context&) {
  const auto& norm = static_cast<const BatchNorm&>(request.op);
  const auto affine = norm.affine(request.inputs);
  const Plan plan{extent_of(request.outputs[0]),
                  parts_of(request.inputs),
                  {affine.factor.begin(), affine.factor.end()},
                  {affine.offset.begin(), affine.offset.end()}};
  Kernel kernel;
  kernel.implementation = "loop";
  if (plan.parts.size() == 1) kernel.may_overwrite = 0;
  kernel.packed_inputs = {1, 2, 3, 4};
  const bool narrow = request.outputs[0].dtype == DType::bf16;
  kernel.bind = [=, activation = norm.activation()](const Binding& binding) -> Launch {
    const auto bind = [&](const auto& f) {
      return narrow ? bind_loop<bfloat16>(plan, f, binding) : bind_loop<float>(plan, f, binding);
    };
    return activation ? with_function(*activation, bind) : bind([](float x) { return x; });
  };
  return kernel;
}

}  // namespace yy::cpu
