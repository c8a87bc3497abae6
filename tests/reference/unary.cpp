#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_unary(const Case& c, Inputs inputs) {
  double low = std::numeric_limits<float>::lowest(), high = std::numeric_limits<float>::max();
  if (c.source.opset < 11) {
    low = float_attribute(c, "min", low);
    high = float_attribute(c, "max", high);
  } else {
    if (has_input(inputs, 1)) low = inputs[1]->real[0];
    if (has_input(inputs, 2)) high = inputs[2]->real[0];
  }
  Array y = *inputs[0];
  for (double& x : y.real) {
    if (c.source.op_type == "Relu") x = x > 0 ? x : 0;
    if (c.source.op_type == "Clip") x = std::min(std::max(x, low), high);
    if (c.source.op_type == "Sigmoid") x = 1 / (1 + std::exp(-x));
    if (c.source.op_type == "Tanh") x = std::tanh(x);
  }
  return {y};
}

}  // namespace yy::test
