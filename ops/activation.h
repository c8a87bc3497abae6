// A pointwise function of one number: alone as a Unary operator, or fused into the epilogue of another.
#pragma once

#include <limits>
#include <string>

namespace yy {

struct Activation {
  enum class Kind {
    relu,
    leaky_relu,    // x where x > 0, else alpha * x
    clip,          // min(max(x, low), high)
    sigmoid,       // 1 / (1 + exp(-x))
    hard_sigmoid,  // min(max(alpha * x + beta, 0), 1)
    tanh,
    swish,       // x * sigmoid(alpha * x); SiLU where alpha is 1
    hard_swish,  // x * min(max(x / 6 + 0.5, 0), 1)
    gelu,        // x / 2 * (1 + erf(x / sqrt(2)))
    gelu_tanh,   // x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))
    erf,
    sqrt,
  } kind = Kind::relu;
  float low = std::numeric_limits<float>::lowest();
  float high = std::numeric_limits<float>::max();
  float alpha = 0, beta = 0;

  // What a network puts behind a layer. The others are steps of a longer formula and stay on their own.
  bool follows_layers() const { return kind != Kind::erf && kind != Kind::sqrt; }
  // A few additions, products and comparisons: cheap enough for a plain loop.
  bool is_arithmetic() const {
    return kind == Kind::relu || kind == Kind::leaky_relu || kind == Kind::clip ||
           kind == Kind::hard_sigmoid || kind == Kind::hard_swish;
  }
  std::string text() const;  // "relu", "clip(0,6)"
  bool operator==(const Activation&) const = default;
};

}  // namespace yy
