#include "ops/gemm.h"

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// C's element for row i and column j of the result.
double broadcast_c(const Array& c, std::int64_t i, std::int64_t j) {
  if (c.dims.empty()) return c.real[0];
  if (c.dims.size() == 1) return c.real[c.dims[0] == 1 ? 0 : j];
  return c.real[(c.dims[0] == 1 ? 0 : i) * c.dims[1] + (c.dims[1] == 1 ? 0 : j)];
}

}  // namespace

std::vector<Array> reference_gemm(const Case& c, Inputs inputs) {
  const Array &a = *inputs[0], &b = *inputs[1];
  const bool trans_a = int_attribute(c, "transA", 0) != 0, trans_b = int_attribute(c, "transB", 0) != 0;
  const double alpha = float_attribute(c, "alpha", 1), beta = float_attribute(c, "beta", 1);
  const auto& activation = dynamic_cast<const Gemm&>(*c.op).fields().activation;
  const std::int64_t m = a.dims[trans_a ? 1 : 0], depth = a.dims[trans_a ? 0 : 1],
                     n = b.dims[trans_b ? 0 : 1];
  Array y(DType::f32, {m, n});
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < depth; ++k) {
        sum += a.real[trans_a ? k * m + i : i * depth + k] * b.real[trans_b ? j * depth + k : k * n + j];
      }
      sum *= alpha;
      if (has_input(inputs, 2)) sum += beta * broadcast_c(*inputs[2], i, j);
      y.real[i * n + j] = activation ? activate(*activation, sum) : sum;
    }
  }
  return {y};
}

}  // namespace yy::test
