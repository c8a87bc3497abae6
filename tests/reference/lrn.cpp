#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_lrn(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const std::int64_t size = int_attribute(c, "size", 0), channels = x.dims[1];
  const double alpha = float_attribute(c, "alpha", static_cast<double>(1e-4F));
  const double beta = float_attribute(c, "beta", 0.75), bias = float_attribute(c, "bias", 1);
  Array y = x;
  for_each_index(x.dims, [&](const Index& index) {
    double sum = 0;
    for (std::int64_t k = index[1] - (size - 1) / 2; k <= index[1] + size / 2; ++k) {
      if (k < 0 || k >= channels) continue;
      Index neighbour = index;
      neighbour[1] = k;
      const double value = x.real[position(x.dims, neighbour)];
      sum += value * value;
    }
    const std::int64_t at = position(x.dims, index);
    y.real[at] = x.real[at] / std::pow(bias + alpha / static_cast<double>(size) * sum, beta);
  });
  return {y};
}

}  // namespace yy::test
