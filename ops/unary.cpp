#include "ops/unary.h"

#include <algorithm>
#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

using Kind = Activation::Kind;

struct Row {
  std::string_view name;
  Kind kind;
  float alpha = 0, beta = 0;  // ONNX's defaults
  bool has_alpha = false, has_beta = false;
};

constexpr Row rows[] = {
    {"Clip", Kind::clip},
    {"Erf", Kind::erf},
    {"Gelu", Kind::gelu},
    {"HardSigmoid", Kind::hard_sigmoid, 0.2F, 0.5F, true, true},
    {"HardSwish", Kind::hard_swish},
    {"LeakyRelu", Kind::leaky_relu, 0.01F, 0, true},
    {"Relu", Kind::relu},
    {"Sigmoid", Kind::sigmoid},
    {"Sqrt", Kind::sqrt},
    {"Swish", Kind::swish, 1, 0, true},
    {"Tanh", Kind::tanh},
    {"Gelu", Kind::gelu_tanh},  // attribute 'approximate'
};

template <class Field>
const Row& row_with(Field Row::*field, const Field& value) {
  const auto* row =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.*field == value; });
  if (row == std::end(rows)) throw Error(ErrorCode::failure, "no row for a unary operator");
  return *row;
}

bool takes(Kind kind, DType dtype) {
  switch (dtype) {
    case DType::f32:
      return true;
    case DType::i8:
    case DType::i32:
    case DType::i64:
      return kind == Kind::relu || kind == Kind::clip;
    case DType::u8:
      return kind == Kind::clip;
    default:
      return false;
  }
}

template <class T>
std::int64_t first_as(const Tensor& tensor) {
  return tensor.as<T>()[0];
}

std::int64_t constant_integer(const OpInput& input, DType dtype, std::string_view what) {
  check_dtype(input, dtype, what);
  if (input.constant == nullptr || input.desc.shape.elements() != 1) {
    throw Error(ErrorCode::model,
                fmt::format("input '{}' should be one number known when the network is compiled, found {}{}",
                            what, input.desc.shape.text(), input.constant ? "" : " computed from data"));
  }
  switch (dtype) {
    case DType::i8:
      return first_as<std::int8_t>(*input.constant);
    case DType::u8:
      return first_as<std::uint8_t>(*input.constant);
    case DType::i32:
      return first_as<std::int32_t>(*input.constant);
    default:
      return first_as<std::int64_t>(*input.constant);
  }
}

template <class T>
Unary::Range limits() {
  return {std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max()};
}

Unary::Range limits_of(DType dtype) {
  switch (dtype) {
    case DType::i8:
      return limits<std::int8_t>();
    case DType::u8:
      return limits<std::uint8_t>();
    case DType::i32:
      return limits<std::int32_t>();
    default:
      return limits<std::int64_t>();
  }
}

}  // namespace

std::string Activation::text() const {
  switch (kind) {
    case Kind::relu:
      return "relu";
    case Kind::leaky_relu:
      return fmt::format("leaky_relu({:g})", alpha);
    case Kind::clip:
      return fmt::format("clip({:g},{:g})", low, high);
    case Kind::sigmoid:
      return "sigmoid";
    case Kind::hard_sigmoid:
      return fmt::format("hard_sigmoid({:g},{:g})", alpha, beta);
    case Kind::tanh:
      return "tanh";
    case Kind::swish:
      return alpha == 1 ? "silu" : fmt::format("swish({:g})", alpha);
    case Kind::hard_swish:
      return "hard_swish";
    case Kind::gelu:
      return "gelu";
    case Kind::gelu_tanh:
      return "gelu_tanh";
    case Kind::erf:
      return "erf";
    case Kind::sqrt:
      return "sqrt";
  }
  return "?";
}

std::string_view Unary::name() const {
  return row_with(&Row::kind, function_.kind).name;
}

std::vector<TensorDesc> Unary::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, bounds_are_inputs_ ? 3 : 1);
  const OpInput& x = need(inputs, 0, "X");
  const DType dtype = x.desc.dtype;
  if (!takes(function_.kind, dtype)) {
    std::string expected = "float32";
    for (DType other : {DType::i8, DType::u8, DType::i32, DType::i64}) {
      if (takes(function_.kind, other)) expected += fmt::format(" or {}", name_of(other));
    }
    throw Error(ErrorCode::model, fmt::format("input 'X' should be {}, found {}", expected, name_of(dtype)));
  }
  if (dtype == DType::f32) {
    function(inputs);
  } else {
    range(inputs);
  }
  return {{x.desc.shape, dtype, Layout::row_major}};
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

Unary::Range Unary::range(std::span<const OpInput> inputs) const {
  const DType dtype = inputs[0].desc.dtype;
  Range result = limits_of(dtype);
  if (function_.kind == Kind::relu) result.low = 0;
  if (bounds_are_inputs_) {
    if (const OpInput* low = maybe(inputs, 1)) result.low = constant_integer(*low, dtype, "min");
    if (const OpInput* high = maybe(inputs, 2)) result.high = constant_integer(*high, dtype, "max");
  }
  result.low = std::min(result.low, result.high);
  return result;
}

// What the name does not tell.
std::string Unary::details() const {
  const Row& row = row_with(&Row::kind, function_.kind);
  const bool clips = function_.kind == Kind::clip && !bounds_are_inputs_;
  return clips || row.has_alpha || function_.kind == Kind::gelu_tanh ? function_.text() : "";
}

std::shared_ptr<const Op> read_unary(NodeSource& source) {
  const Row& row = row_with(&Row::name, std::string_view(source.op_type));
  Attributes& attributes = source.attributes;
  Activation function{row.kind};
  if (row.has_alpha) function.alpha = attributes.get_float("alpha", row.alpha);
  if (row.has_beta) function.beta = attributes.get_float("beta", row.beta);
  if (row.kind == Kind::gelu) {
    const std::string approximate = attributes.get_string("approximate", "none");
    if (approximate != "none" && approximate != "tanh") {
      throw Error(ErrorCode::model,
                  fmt::format("attribute 'approximate' should be 'none' or 'tanh', found '{}'", approximate));
    }
    if (approximate == "tanh") function.kind = Kind::gelu_tanh;
  }
  const bool clip = row.kind == Kind::clip;
  if (clip && source.opset < 11) {
    function.low = attributes.get_float("min", function.low);
    function.high = attributes.get_float("max", function.high);
  }
  return std::make_shared<Unary>(function, clip && source.opset >= 11);
}

}  // namespace yy
