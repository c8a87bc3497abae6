// Loop nests over tensors of any shape and layout: how far each operand steps along each axis. Used by
// devices that copy between strides or broadcast in loops of their own.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/tensor.h"

namespace yy {

// One axis of a loop nest: how often, and how far each of the three operands steps (in elements).
struct Axis {
  std::int64_t count = 1;
  std::int64_t out = 0, a = 0, b = 0;
};

// Outermost first in memory order of `out`, neighbours merged where all operands allow it. Never empty.
void sort_and_merge(std::vector<Axis>& axes);

// The nest of out = f(a, b) with numpy's broadcasting, sorted and merged.
std::vector<Axis> broadcast_axes(const TensorDesc& out, const TensorDesc& a, const TensorDesc& b);

// The nest of a copy of `shape` elements from steps `from`, which may be negative, to steps `to`, sorted and
// merged; b is a.
std::vector<Axis> copy_axes(const Shape& shape, const std::vector<std::int64_t>& to,
                            const std::vector<std::int64_t>& from);

}  // namespace yy
