#include "tests/reference/reference.h"

namespace yy::test {
namespace {

double real_result(const std::string& op, double a, double b) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  return a / b;
}

// Two's complement wraps around; division truncates towards zero, and by zero it gives zero (ONNX leaves it
// open).
std::int64_t whole_result(const std::string& op, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a), y = static_cast<std::uint64_t>(b);
  if (op == "Add") return static_cast<std::int64_t>(x + y);
  if (op == "Sub") return static_cast<std::int64_t>(x - y);
  if (op == "Mul") return static_cast<std::int64_t>(x * y);
  if (b == 0) return 0;
  return b == -1 ? static_cast<std::int64_t>(0 - x) : a / b;
}

}  // namespace

std::vector<Array> reference_binary(const Case& c, Inputs inputs) {
  const Array &a = *inputs[0], &b = *inputs[1];
  const Index dims = broadcast_dims({&a, &b});
  Array y(a.dtype, dims);
  for_each_index(dims, [&](const Index& index) {
    const std::int64_t at = position(dims, index);
    const std::int64_t at_a = broadcast_position(a.dims, index), at_b = broadcast_position(b.dims, index);
    if (y.is_real()) {
      y.real[at] = real_result(c.source.op_type, a.real[at_a], b.real[at_b]);
    } else {
      y.whole[at] = wrapped(y.dtype, whole_result(c.source.op_type, a.whole[at_a], b.whole[at_b]));
    }
  });
  return {y};
}

}  // namespace yy::test
