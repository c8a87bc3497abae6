#include "ops/squeeze_excite.h"

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

std::vector<double> layer(Inputs inputs, std::size_t at, const std::vector<double>& x,
                          const std::optional<Activation>& activation) {
  const Array& weights = *inputs[at];
  std::vector<double> y;
  for (std::int64_t o = 0; o < weights.dims[0]; ++o) {
    double sum = has_input(inputs, at + 1) ? inputs[at + 1]->real[o] : 0;
    for (std::int64_t i = 0; i < weights.dims[1]; ++i) {
      sum += weights.real[position(weights.dims, {o, i, 0, 0})] * x[i];
    }
    y.push_back(activation ? activate(*activation, sum) : sum);
  }
  return y;
}

}  // namespace

std::vector<Array> reference_squeeze_excite(const Case& c, Inputs inputs) {
  const auto& op = dynamic_cast<const SqueezeExcite&>(*c.op);
  const Array& x = *inputs[0];
  Array y(x.dtype, x.dims);
  for (std::int64_t n = 0; n < x.dims[0]; ++n) {
    std::vector<double> mean(static_cast<std::size_t>(x.dims[1]), 0);
    const auto each = [&](const auto& visit) {
      for_each_index({1, x.dims[1], x.dims[2], x.dims[3]}, [&](const Index& index) {
        visit(index[1], position(x.dims, {n, index[1], index[2], index[3]}));
      });
    };
    each([&](std::int64_t k, std::int64_t at) {
      mean[k] += x.real[at] / static_cast<double>(x.dims[2] * x.dims[3]);
    });
    const std::vector<double> gate = layer(inputs, 3, layer(inputs, 1, mean, op.inner()), op.gate());
    each([&](std::int64_t k, std::int64_t at) { y.real[at] = x.real[at] * gate[k]; });
  }
  return {y};
}

}  // namespace yy::test
