#include <algorithm>

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

// Where the element of `index` lies in an operand that is broadcast to it.
std::int64_t broadcast_position(const Index& dims, const Index& index) {
  Index own(dims.size());
  const std::size_t shift = index.size() - dims.size();
  for (std::size_t axis = 0; axis < dims.size(); ++axis)
    own[axis] = dims[axis] == 1 ? 0 : index[shift + axis];
  return position(dims, own);
}

}  // namespace

std::vector<Array> reference_binary(const Case& c, Inputs inputs) {
  const Array &a = *inputs[0], &b = *inputs[1];
  Index dims(std::max(a.dims.size(), b.dims.size()), 1);
  for (const Array* operand : {&a, &b}) {
    const std::size_t shift = dims.size() - operand->dims.size();
    for (std::size_t i = 0; i < operand->dims.size(); ++i) {
      if (operand->dims[i] != 1) dims[shift + i] = operand->dims[i];
    }
  }
  Array y(a.dtype, dims);
  for_each_index(dims, [&](const Index& index) {
    const std::int64_t at = position(dims, index);
    const std::int64_t at_a = broadcast_position(a.dims, index), at_b = broadcast_position(b.dims, index);
    if (y.is_real()) {
      y.real[at] = real_result(c.source.op_type, a.real[at_a], b.real[at_b]);
    } else {
      y.whole[at] = whole_result(c.source.op_type, a.whole[at_a], b.whole[at_b]);
      if (y.dtype == DType::i32)
        y.whole[at] = static_cast<std::int32_t>(static_cast<std::uint32_t>(y.whole[at]));
    }
  });
  return {y};
}

}  // namespace yy::test
