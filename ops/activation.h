// A pointwise function of one number: alone as a Unary operator, or fused into the epilogue of another.
#pragma once

#include <limits>
#include <string>

namespace yy {

struct Activation {
  enum class Kind { relu, clip, sigmoid, tanh } kind = Kind::relu;
  float low = std::numeric_limits<float>::lowest();  // clip: min(max(x, low), high)
  float high = std::numeric_limits<float>::max();

  std::string text() const;  // "relu", "clip(0,6)"
  bool operator==(const Activation&) const = default;
};

}  // namespace yy
