#include <algorithm>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

Array list(const Ints& values) {
  Array y(DType::i64, {std::ssize(values)});
  y.whole = values;
  return y;
}

Array single(DType dtype, double value) {
  Array y(dtype, {});
  y.set(0, value);
  return y;
}

Array constant(Attributes attributes) {
  if (const auto tensor = attributes.find_tensor("value")) return load(tensor->desc(), tensor->data());
  if (const auto number = attributes.find_float("value_float")) return single(DType::f32, *number);
  if (const auto number = attributes.find_int("value_int")) {
    return single(DType::i64, static_cast<double>(*number));
  }
  if (const auto numbers = attributes.find_floats("value_floats")) {
    Array y(DType::f32, {std::ssize(*numbers)});
    y.real.assign(numbers->begin(), numbers->end());
    return y;
  }
  return list(*attributes.find_ints("value_ints"));
}

Array filled(Attributes attributes, const Index& dims) {
  Array value = single(DType::f32, 0);
  if (const auto tensor = attributes.find_tensor("value")) value = load(tensor->desc(), tensor->data());
  Array y(value.dtype, dims);
  for (std::int64_t i = 0; i < y.size(); ++i) y.copy(i, value, 0);
  return y;
}

}  // namespace

std::vector<Array> reference_constant(const Case& c, Inputs inputs) {
  if (c.source.op_type == "Constant") return {constant(c.source.attributes)};
  if (c.source.op_type == "ConstantOfShape") return {filled(c.source.attributes, inputs[0]->whole)};
  const Index& dims = inputs[0]->dims;
  const std::int64_t rank = std::ssize(dims);
  const std::int64_t start =
      std::clamp<std::int64_t>(from_back(int_attribute(c, "start", 0), dims.size()), 0, rank);
  const std::int64_t end =
      std::clamp<std::int64_t>(from_back(int_attribute(c, "end", rank), dims.size()), 0, rank);
  Ints taken;
  for (std::int64_t i = start; i < end; ++i) taken.push_back(dims[i]);
  return {list(taken)};
}

}  // namespace yy::test
