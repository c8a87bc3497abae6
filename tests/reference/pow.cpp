#include <limits>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

// Repeated multiplication modulo 2^64; a negative exponent leaves the whole part of 1 / base (ONNX leaves it
// open for 0).
std::int64_t whole_power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
  std::uint64_t result = 1;
  for (std::int64_t i = 0; i < exponent; ++i) result *= static_cast<std::uint64_t>(base);
  return static_cast<std::int64_t>(result);
}

// Towards zero, as far as the type reaches.
std::int64_t whole(DType dtype, double x) {
  const double most = dtype == DType::i32 ? 2147483647.0 : 9223372036854774784.0;
  return static_cast<std::int64_t>(std::min(std::max(x, -most - 1), most));
}

}  // namespace

std::vector<Array> reference_pow(const Case&, Inputs inputs) {
  const Array &base = *inputs[0], &exponent = *inputs[1];
  Array y(base.dtype, broadcast_dims({&base, &exponent}));
  for_each_index(y.dims, [&](const Index& index) {
    const std::int64_t at = position(y.dims, index);
    const std::int64_t at_base = broadcast_position(base.dims, index);
    const std::int64_t at_exponent = broadcast_position(exponent.dims, index);
    if (!y.is_real() && !exponent.is_real()) {
      y.whole[at] = wrapped(y.dtype, whole_power(base.whole[at_base], exponent.whole[at_exponent]));
      return;
    }
    const double result = std::pow(base.number(at_base), exponent.number(at_exponent));
    if (y.is_real()) {
      y.real[at] = result;
    } else {
      y.whole[at] = whole(y.dtype, result);
    }
  });
  return {y};
}

}  // namespace yy::test
