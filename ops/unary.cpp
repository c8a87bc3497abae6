#include "ops/unary.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

struct Row {
  std::string_view name;
  Activation::Kind kind;
};

constexpr Row rows[] = {
    {"Clip", Activation::Kind::clip},
    {"Relu", Activation::Kind::relu},
    {"Sigmoid", Activation::Kind::sigmoid},
    {"Tanh", Activation::Kind::tanh},
};

}  // namespace

std::string Activation::text() const {
  switch (kind) {
    case Kind::relu:
      return "relu";
    case Kind::clip:
      return fmt::format("clip({:g},{:g})", low, high);
    case Kind::sigmoid:
      return "sigmoid";
    case Kind::tanh:
      return "tanh";
  }
  return "?";
}

std::vector<TensorDesc> Unary::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, bounds_are_inputs_ ? 3 : 1);
  const OpInput& x = need(inputs, 0, "X");
  check_dtype(x, DType::f32, "X");
  function(inputs);
  return {{x.desc.shape, x.desc.dtype, Layout::row_major}};
}

Activation Unary::function(std::span<const OpInput> inputs) const {
  Activation result = function_;
  if (bounds_are_inputs_) {
    if (const OpInput* low = maybe(inputs, 1)) result.low = constant_float(*low, "min");
    if (const OpInput* high = maybe(inputs, 2)) result.high = constant_float(*high, "max");
  }
  result.low = std::min(result.low, result.high);  // where they cross, everything is max
  return result;
}

std::string Unary::details() const {
  return function_.kind == Activation::Kind::clip && !bounds_are_inputs_ ? function_.text() : "";
}

std::shared_ptr<const Op> read_unary(NodeSource& source) {
  for (const Row& row : rows) {
    if (row.name != source.op_type) continue;
    Activation function{row.kind};
    const bool clip = row.kind == Activation::Kind::clip;
    if (clip && source.opset < 11) {
      function.low = source.attributes.get_float("min", function.low);
      function.high = source.attributes.get_float("max", function.high);
    }
    return std::make_shared<Unary>(row.name, function, clip && source.opset >= 11);
  }
  throw Error(ErrorCode::failure, "no row for unary operator " + source.op_type);
}

}  // namespace yy
