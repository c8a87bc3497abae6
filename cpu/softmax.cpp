// Softmax: three passes over each row; the largest element is taken off first, so that exp cannot overflow.
#include "ops/softmax.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/private/context.h"

namespace yy::cpu {
namespace {

void softmax_row(const float* x, float* y, std::int64_t count, std::int64_t stride) {
  float largest = -std::numeric_limits<float>::infinity();
  for (std::int64_t i = 0; i < count; ++i) largest = std::max(largest, x[i * stride]);
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    y[i * stride] = std::exp(x[i * stride] - largest);
    sum += y[i * stride];
  }
  const auto scale = static_cast<float>(1.0 / sum);
  for (std::int64_t i = 0; i < count; ++i) y[i * stride] *= scale;
}

}  // namespace

KernelOrRefusal make_softmax(const KernelRequest& request, const Context&) {
  const auto split = static_cast<const Softmax&>(request.op).split(request.inputs[0].desc.shape);
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.may_overwrite = 0;
  kernel.bind = [split](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const auto* x = binding.inputs[0].as<const float>();
      auto* y = binding.outputs[0].as<float>();
      const auto [outer, axis, inner] = split;
      parallel_for(outer * inner, outer * axis * inner, [&](std::int64_t row) {
        const std::int64_t at = row / inner * axis * inner + row % inner;
        softmax_row(x + at, y + at, axis, inner);
      });
    };
  };
  return kernel;
}

}  // namespace yy::cpu
