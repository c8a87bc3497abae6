// Activations on the device: one switch that all threads of a launch take the same way.
#pragma once

#include <cmath>
#include <optional>

#include "cuda/private/launch.h"
#include "ops/activation.h"

namespace yy::cuda {

// An optional activation as a kernel's argument.
struct DeviceActivation {
  bool present = false;
  Activation function = {};

  DeviceActivation() = default;
  DeviceActivation(const std::optional<Activation>& given) : present(given.has_value()) {
    if (given) function = *given;
  }
};

__device__ __forceinline__ float unit_interval(float x) {
  return fminf(fmaxf(x, 0.F), 1.F);
}

// NaN stays NaN but in relu, clip and hard_sigmoid, where it becomes a bound as on the CPU.
__device__ __forceinline__ float activate(const Activation& f, float x) {
  switch (f.kind) {
    case Activation::Kind::relu:
      return fmaxf(x, 0.F);
    case Activation::Kind::leaky_relu:
      return x > 0 ? x : f.alpha * x;
    case Activation::Kind::clip:
      return fminf(fmaxf(x, f.low), f.high);
    case Activation::Kind::sigmoid:
      return 1.F / (1.F + expf(-x));
    case Activation::Kind::hard_sigmoid:
      return unit_interval(f.alpha * x + f.beta);
    case Activation::Kind::tanh:
      return tanhf(x);
    case Activation::Kind::swish:
      return x / (1.F + expf(-f.alpha * x));
    case Activation::Kind::hard_swish:
      return x * unit_interval(x * (1.F / 6) + 0.5F);
    case Activation::Kind::gelu:
      return 0.5F * x * (1.F + erff(x * 0.70710678118654752F));
    case Activation::Kind::gelu_tanh:
      return 0.5F * x * (1.F + tanhf(0.7978845608F * (x + 0.044715F * x * x * x)));
    case Activation::Kind::erf:
      return erff(x);
    case Activation::Kind::sqrt:
      return sqrtf(x);
  }
  return x;
}

__device__ __forceinline__ float activate(const DeviceActivation& f, float x) {
  return f.present ? activate(f.function, x) : x;
}

}  // namespace yy::cuda
