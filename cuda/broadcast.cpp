#include "cuda/private/broadcast.h"

#include <algorithm>

#include "ops/strides.h"

namespace yy::cuda {
namespace {

// Whether an operand with steps `step` can be read in packs of `width` elements, or is the same all along the
// last axis.
bool packs(const std::vector<Axis>& axes, std::int64_t Axis::*step, std::int64_t width) {
  const std::int64_t last = axes.back().*step;
  return last == 0 || (last == 1 && std::all_of(axes.begin(), axes.end() - 1,
                                                [&](const Axis& axis) { return axis.*step % width == 0; }));
}

}  // namespace

BroadcastPlan plan_broadcast(const TensorDesc& y, const TensorDesc& a, const TensorDesc& b) {
  const std::vector<Axis> axes = broadcast_axes(y, a, b);
  BroadcastPlan plan;
  plan.elements = static_cast<unsigned>(y.shape.elements());
  plan.rank = static_cast<int>(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    plan.axes[i] = {Divisor(axes[i].count), static_cast<int>(axes[i].a), static_cast<int>(axes[i].b)};
  }
  const auto width = static_cast<std::int64_t>(16 / size_of(y.dtype));
  const bool whole_packs = axes.size() == 1 || axes.back().count % width == 0;
  plan.packed = whole_packs && packs(axes, &Axis::a, width) && packs(axes, &Axis::b, width);
  return plan;
}

}  // namespace yy::cuda
