// Loops over tensors of any shape and layout: element by element with broadcasting, and copies between
// strides.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "cpu/private/context.h"
#include "ops/strides.h"

namespace yy::cpu {

// Where row number `row` of the nest begins; a row is one pass over the innermost axis.
inline Axis offsets(const std::vector<Axis>& axes, std::int64_t row) {
  Axis at{1, 0, 0, 0};
  for (std::size_t i = axes.size() - 1; i-- > 0;) {
    const std::int64_t index = row % axes[i].count;
    row /= axes[i].count;
    at.out += index * axes[i].out;
    at.a += index * axes[i].a;
    at.b += index * axes[i].b;
  }
  return at;
}

template <class T, class U, class F>
void broadcast_row(const Axis& axis, T* out, const T* a, const U* b, const F& f) {
  if (axis.a == 1 && axis.b == 1) {
    for (std::int64_t i = 0; i < axis.count; ++i) out[i] = f(a[i], b[i]);
  } else if (axis.a == 1 && axis.b == 0) {
    for (std::int64_t i = 0; i < axis.count; ++i) out[i] = f(a[i], b[0]);
  } else if (axis.a == 0 && axis.b == 1) {
    for (std::int64_t i = 0; i < axis.count; ++i) out[i] = f(a[0], b[i]);
  } else {
    for (std::int64_t i = 0; i < axis.count; ++i) out[i] = f(a[i * axis.a], b[i * axis.b]);
  }
}

// out = f(a, b) with numpy's broadcasting: the loop nest is worked out once, from the descriptions.
class BroadcastLoop {
 public:
  BroadcastLoop(const TensorDesc& out, const TensorDesc& a, const TensorDesc& b)
      : axes_(broadcast_axes(out, a, b)), elements_(out.shape.elements()) {}

  // `out` may be `a` or `b` itself where that is not broadcast.
  template <class T, class U, class F>
  void run(T* out, const T* a, const U* b, const F& f) const {
    if (elements_ == 0) return;
    const Axis& inner = axes_.back();
    parallel_for(elements_ / inner.count, elements_, [&](std::int64_t row) {
      const Axis at = offsets(axes_, row);
      broadcast_row(inner, out + at.out, a + at.a, b + at.b, f);
    });
  }

 private:
  std::vector<Axis> axes_;
  std::int64_t elements_;
};

// Copies a block of elements between two orders in memory. Strides are in elements and may be negative in
// `from`.
class StridedCopy {
 public:
  StridedCopy(const Shape& shape, std::size_t element_bytes, const std::vector<std::int64_t>& to_strides,
              const std::vector<std::int64_t>& from_strides)
      : axes_(copy_axes(shape, to_strides, from_strides)),
        elements_(shape.elements()),
        element_bytes_(element_bytes) {}
  void run(void* to, const void* from) const;

 private:
  std::vector<Axis> axes_;
  std::int64_t elements_;
  std::size_t element_bytes_;
};

}  // namespace yy::cpu
