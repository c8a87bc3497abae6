// LRN: the sum of squares over neighbouring channels, then one power. With channels last the loops run along
// the channels, else along the pixels, whose elements of one channel are neighbours.
#include "ops/lrn.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cpu/private/context.h"
#include "runtime/bfloat16.h"

namespace yy::cpu {
namespace {

struct Plan {
  Lrn::Fields fields;
  std::int64_t rows, channels, pixels;  // of elements [rows, channels, pixels]
};

Plan plan_of(const Lrn& lrn, const TensorDesc& x) {
  const std::int64_t channels = x.shape[1], elements = x.shape.elements();
  if (x.layout == Layout::channels_last) return {lrn.fields(), elements / channels, channels, 1};
  return {lrn.fields(), x.shape[0], channels, elements / (x.shape[0] * channels)};
}

constexpr std::int64_t block = 64;  // elements whose sums lie in registers or the nearest cache

// x / (bias + scale * sum)^beta; 0.75 is what every published net uses, and two roots are faster than pow.
template <class T>
void scale_block(const Plan& plan, const T* x, const float* sums, T* y, std::int64_t count) {
  const float scale = plan.fields.alpha / static_cast<float>(plan.fields.size);
  const float bias = plan.fields.bias, beta = plan.fields.beta;
  if (beta == 0.75F) {
    for (std::int64_t i = 0; i < count; ++i) {
      const float root = std::sqrt(bias + scale * sums[i]);
      y[i] = static_cast<T>(static_cast<float>(x[i]) / (root * std::sqrt(root)));
    }
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    y[i] = static_cast<T>(static_cast<float>(x[i]) / std::pow(bias + scale * sums[i], beta));
  }
}

// Channels that channel c looks at, inside [0, channels).
struct Reach {
  std::int64_t first, last;
};

Reach reach(const Plan& plan, std::int64_t c) {
  const std::int64_t size = plan.fields.size;
  return {std::max<std::int64_t>(0, c - (size - 1) / 2), std::min(plan.channels - 1, c + size / 2)};
}

// Pixels of one channel: their neighbours in channel k lie pixels * (k - c) away.
template <class T>
void along_pixels(const Plan& plan, const T* x, T* y, std::int64_t c) {
  const auto [first, last] = reach(plan, c);
  for (std::int64_t p = 0; p < plan.pixels; p += block) {
    const std::int64_t count = std::min(block, plan.pixels - p);
    std::array<float, block> sums{};
    for (std::int64_t k = first; k <= last; ++k) {
      const T* from = x + k * plan.pixels + p;
      for (std::int64_t i = 0; i < count; ++i) {
        const auto value = static_cast<float>(from[i]);
        sums[static_cast<std::size_t>(i)] += value * value;
      }
    }
    scale_block(plan, x + c * plan.pixels + p, sums.data(), y + c * plan.pixels + p, count);
  }
}

// Channels of one pixel.
template <class T>
void along_channels(const Plan& plan, const T* x, T* y) {
  const std::int64_t size = plan.fields.size;
  for (std::int64_t c = 0; c < plan.channels; c += block) {
    const std::int64_t count = std::min(block, plan.channels - c);
    std::array<float, block> sums{};
    const std::int64_t farthest = plan.channels - 1;
    const std::int64_t before = std::min((size - 1) / 2, farthest), after = std::min(size / 2, farthest);
    for (std::int64_t shift = -before; shift <= after; ++shift) {
      const std::int64_t first = std::max<std::int64_t>(0, -(c + shift));
      const std::int64_t end = std::min(count, plan.channels - (c + shift));
      for (std::int64_t i = first; i < end; ++i) {
        const auto value = static_cast<float>(x[c + shift + i]);
        sums[static_cast<std::size_t>(i)] += value * value;
      }
    }
    scale_block(plan, x + c, sums.data(), y + c, count);
  }
}

template <class T>
Launch bind_loop(const Plan& plan, const Binding& binding) {
  return [=](Stream&) {
    const auto* x = binding.inputs[0].as<const T>();
    auto* y = binding.outputs[0].as<T>();
    const std::int64_t row = plan.channels * plan.pixels;
    const std::int64_t work = plan.rows * row * std::min(plan.fields.size, plan.channels);
    if (plan.pixels == 1) {
      parallel_for(plan.rows, work, [&](std::int64_t i) { along_channels(plan, x + i * row, y + i * row); });
      return;
    }
    parallel_for(plan.rows * plan.channels, work, [&](std::int64_t i) {
      const std::int64_t at = i / plan.channels * row;
      along_pixels(plan, x + at, y + at, i % plan.channels);
    });
  };
}

}  // namespace

KernelOrRefusal make_lrn(const KernelRequest& request, const Context&) {
  const Plan plan = plan_of(static_cast<const Lrn&>(request.op), request.inputs[0].desc);
  Kernel kernel;
  kernel.implementation = "loop";
  const bool narrow = request.outputs[0].dtype == DType::bf16;
  kernel.bind = [=](const Binding& binding) {
    return narrow ? bind_loop<bfloat16>(plan, binding) : bind_loop<float>(plan, binding);
  };
  return kernel;
}

}  // namespace yy::cpu
