// What the kernels that multiply do to a sum before they store it:
//   y = activation(alpha * sum + beta * bias + residual)
#pragma once

#include <optional>

#include "ops/activation.h"

namespace yy::cuda {

struct Finish {
  float alpha = 1, beta = 1;
  bool activates = false;
  Activation activation = {};
  bool wide = false;               // y and the residual are float32 where x is narrower
  const float* bias = nullptr;     // per filter or column; may be left out
  const void* residual = nullptr;  // without gaps; may be y itself where that has none; may be left out
  void* y = nullptr;
  int gap = 0;  // elements of y between a pixel and the next, where y is a slice of a larger tensor

  void activate_with(const std::optional<Activation>& given) {
    activates = given.has_value();
    if (given) activation = *given;
  }
};

}  // namespace yy::cuda
