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
  Index dims = inputs[0]->dims;
  dims[1] = std::ssize(scale);
  Array y(inputs[0]->dtype, dims);
  std::int64_t before = 0;  // channels of the parts of X before this one
  for (std::size_t i = 0; i < inputs.size(); i = std::max<std::size_t>(i + 1, 5)) {
    const Array& part = *inputs[i];
    for_each_index(part.dims, [&](Index index) {
      double x = part.real[position(part.dims, index)];
      const std::int64_t k = index[1] += before;
      x = (x - mean[k]) / std::sqrt(var[k] + epsilon) * scale[k] + shift[k];
      y.real[position(dims, index)] = activation ? activate(*activation, x) : x;
    });
    before += part.dims[1];
  }
  return {y};
}

}  // namespace yy::test
