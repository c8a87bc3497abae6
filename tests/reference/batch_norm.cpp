#include "ops/batch_norm.h"

#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_batch_norm(const Case& c, Inputs inputs) {
  const auto& scale = inputs[1]->real;
  const auto& shift = inputs[2]->real;
  const auto& mean = inputs[3]->real;
  const auto& var = inputs[4]->real;
  const double epsilon = float_attribute(c, "epsilon", static_cast<double>(1e-5F));
  const auto& activation = dynamic_cast<const BatchNorm&>(*c.op).activation();
  Array y = *inputs[0];
  for_each_index(y.dims, [&](const Index& index) {
    const std::int64_t k = index[1];
    double& x = y.real[position(y.dims, index)];
    x = (x - mean[k]) / std::sqrt(var[k] + epsilon) * scale[k] + shift[k];
    if (activation) x = activate(*activation, x);
  });
  return {y};
}

}  // namespace yy::test
