// How far a tensor is from a reference.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/tensor.h"

namespace yy {

// Floats may differ by absolute + relative * (the reference's standard deviation); all else has to be equal.
// Elements have no tolerance each of its own: among values of about 1, one near 0 is no more exact.
struct Tolerance {
  double absolute = 1e-5;
  double relative = 1e-3;
};

struct Comparison {
  bool same_desc = false;  // shape and type; what follows is meaningless without
  double largest =
      0;  // difference of two elements; infinite where one is NaN or infinite and the other is not
  double deviation = 0;   // the reference's standard deviation, over its finite elements
  std::size_t place = 0;  // of the largest difference, in row-major order
  bool is_within = false;
};

// Both are row-major.
Comparison compare(const Tensor& found, const Tensor& reference, const Tolerance& tolerance);

std::string place_text(const Shape& shape, std::size_t place);  // "[2,13]"

}  // namespace yy
