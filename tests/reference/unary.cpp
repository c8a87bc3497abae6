#include <algorithm>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

double apply(const Case& c, double x) {
  const std::string& op = c.source.op_type;
  if (op == "Erf") return std::erf(x);
  if (op == "Gelu" && string_attribute(c, "approximate", "none") == "tanh") {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * std::pow(x, 3))));
  }
  if (op == "Gelu") return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  if (op == "HardSigmoid") {
    return std::max(0.0,
                    std::min(1.0, float_attribute(c, "alpha", 0.2F) * x + float_attribute(c, "beta", 0.5)));
  }
  if (op == "HardSwish") return x * std::max(0.0, std::min(1.0, x / 6 + 0.5));
  if (op == "LeakyRelu") return x >= 0 ? x : float_attribute(c, "alpha", 0.01F) * x;
  if (op == "Relu") return x > 0 ? x : 0;
  if (op == "Sigmoid") return 1 / (1 + std::exp(-x));
  if (op == "Sqrt") return std::sqrt(x);
  if (op == "Swish") return x / (1 + std::exp(-float_attribute(c, "alpha", 1) * x));
  return std::tanh(x);
}

}  // namespace

std::vector<Array> reference_unary(const Case& c, Inputs inputs) {
  Array y = *inputs[0];
  if (c.source.op_type != "Clip") {
    for (double& x : y.real) x = apply(c, x);
    for (std::int64_t& x : y.whole) x = std::max<std::int64_t>(x, 0);  // Relu
    return {y};
  }
  const bool attributes = c.source.opset < 11;
  if (y.is_real()) {
    double low = std::numeric_limits<float>::lowest(), high = std::numeric_limits<float>::max();
    if (attributes) {
      low = float_attribute(c, "min", low);
      high = float_attribute(c, "max", high);
    } else {
      if (has_input(inputs, 1)) low = inputs[1]->real[0];
      if (has_input(inputs, 2)) high = inputs[2]->real[0];
    }
    for (double& x : y.real) x = std::min(std::max(x, low), high);
  }
  for (std::int64_t& x : y.whole) {
    if (has_input(inputs, 1)) x = std::max(x, inputs[1]->whole[0]);
    if (has_input(inputs, 2)) x = std::min(x, inputs[2]->whole[0]);
  }
  return {y};
}

}  // namespace yy::test
