// The kernels of this room walk over a fixed number of axes.
#pragma once

#include <optional>
#include <string>

#include "cuda/private/axes.h"
#include "runtime/kernel.h"

namespace yy::cuda {

inline std::optional<Refusal> refuse_rank(const Shape& shape) {
  if (shape.rank() <= most_axes) return std::nullopt;
  return Refusal{"tensors of at most " + std::to_string(most_axes) + " axes are supported, found " +
                 shape.text()};
}

}  // namespace yy::cuda
