// Activations in loops of our own.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ops/activation.h"

namespace yy::cpu {

// Within 4e-7 of erf: x times a rational function of x squared, fitted by weighted least squares until the
// largest error on [0, 3.92] was level (1.6e-8 before rounding to float32). Beyond, erf is 1 to 3e-8.
inline float fast_erf(float x) {
  const float z = std::min(std::max(x, -3.92F), 3.92F);
  const float t = z * z;
  float p = 2.0347310e-06F;
  p = p * t + 2.8747776e-04F;
  p = p * t + 3.8682911e-03F;
  p = p * t + 5.3060371e-02F;
  p = p * t + 1.9276333e-01F;
  p = p * t + 1.1283790F;
  float q = 3.8070510e-05F;
  q = q * t + 1.1881047e-03F;
  q = q * t + 1.5172225e-02F;
  q = q * t + 1.1508431e-01F;
  q = q * t + 5.0416374e-01F;
  q = q * t + 1.0F;
  return z * p / q;
}

// Calls `use` with the function as a lambda of its own type, so that the compiler makes a loop for each kind.
template <class Use>
decltype(auto) with_function(const Activation& f, Use&& use) {
  const float low = f.low, high = f.high, alpha = f.alpha, beta = f.beta;
  const auto unit = [](float x) { return std::min(std::max(x, 0.F), 1.F); };
  switch (f.kind) {
    case Activation::Kind::relu:
      break;
    case Activation::Kind::leaky_relu:
      return use([=](float x) { return x > 0 ? x : alpha * x; });
    case Activation::Kind::clip:
      return use([=](float x) { return std::min(std::max(x, low), high); });
    case Activation::Kind::sigmoid:
      return use([](float x) { return 1.F / (1.F + std::exp(-x)); });
    case Activation::Kind::hard_sigmoid:
      return use([=](float x) { return unit(alpha * x + beta); });
    case Activation::Kind::tanh:
      return use([](float x) { return std::tanh(x); });
    case Activation::Kind::swish:
      return use([=](float x) { return x / (1.F + std::exp(-alpha * x)); });
    case Activation::Kind::hard_swish:
      return use([=](float x) { return x * unit(x * (1.F / 6) + 0.5F); });
    case Activation::Kind::gelu:
      return use([](float x) { return 0.5F * x * (1.F + fast_erf(x * (1 / std::numbers::sqrt2_v<float>))); });
    case Activation::Kind::gelu_tanh:
      return use([](float x) {
        constexpr float factor = 0.7978845608F;  // sqrt(2 / pi)
        return 0.5F * x * (1.F + std::tanh(factor * (x + 0.044715F * x * x * x)));
      });
    case Activation::Kind::erf:
      return use([](float x) { return fast_erf(x); });
    case Activation::Kind::sqrt:
      return use([](float x) { return std::sqrt(x); });
  }
  return use([](float x) { return std::max(x, 0.F); });
}

}  // namespace yy::cpu
