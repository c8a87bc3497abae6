#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_layer_norm(const Case& c, Inputs inputs) {
  const Array& x = *inputs[0];
  const std::size_t axis = from_back(int_attribute(c, "axis", -1), x.dims.size());
  const double epsilon = float_attribute(c, "epsilon", static_cast<double>(1e-5F));
  Index statistics = x.dims;
  std::int64_t count = 1;
  for (std::size_t i = axis; i < x.dims.size(); ++i) {
    count *= x.dims[i];
    statistics[i] = 1;
  }
  Array y(x.dtype, x.dims), mean(DType::f32, statistics), deviation(DType::f32, statistics);
  for (std::int64_t row = 0; row < mean.size(); ++row) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += x.real[row * count + i];
    mean.real[row] = sum / static_cast<double>(count);
    for (std::int64_t i = 0; i < count; ++i) squares += std::pow(x.real[row * count + i] - mean.real[row], 2);
    deviation.real[row] = 1 / std::sqrt(squares / static_cast<double>(count) + epsilon);
    for (std::int64_t i = 0; i < count; ++i) {
      y.real[row * count + i] =
          (x.real[row * count + i] - mean.real[row]) * deviation.real[row] * inputs[1]->real[i] +
          (has_input(inputs, 2) ? inputs[2]->real[i] : 0);
    }
  }
  std::vector<Array> result{y, mean, deviation};
  result.resize(c.source.output_count);
  return result;
}

}  // namespace yy::test
