#include "onnx/private/known_condition.h"

#include <cmath>
#include <string_view>

#include "onnx/private/flatten.h"
#include "ops/dtype.h"

namespace yy {
namespace {

constexpr std::size_t longest_way = 100;  // nodes; further on lies a circle, or nothing sensible

const onnx_pb::Attribute* find_attribute(const onnx_pb::Node& node, std::string_view name) {
  for (const onnx_pb::Attribute& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

// The only element of a small tensor.
std::optional<double> only_element(onnx_pb::Tensor proto, TensorReader& tensors) {
  for (std::int64_t dim : proto.dims()) {
    if (dim != 1) return std::nullopt;
  }
  const Tensor tensor = tensors.take(proto);
  switch (tensor.dtype()) {
    case DType::f32:
      return tensor.as<float>()[0];
    case DType::i64:
      return static_cast<double>(tensor.as<std::int64_t>()[0]);
    case DType::i32:
      return tensor.as<std::int32_t>()[0];
    case DType::i8:
      return tensor.as<std::int8_t>()[0];
    case DType::u8:
    case DType::boolean:
      return tensor.as<std::uint8_t>()[0];
    case DType::f16:
    case DType::bf16:
      break;
  }
  return std::nullopt;
}

std::optional<double> constant_number(const onnx_pb::Node& constant, TensorReader& tensors) {
  if (const auto* value = find_attribute(constant, "value")) return only_element(value->t(), tensors);
  if (const auto* value = find_attribute(constant, "value_int")) return static_cast<double>(value->i());
  if (const auto* value = find_attribute(constant, "value_float")) return value->f();
  return std::nullopt;
}

bool keeps_number(const std::string& op_type) {
  for (std::string_view name : {"Identity", "Squeeze", "Unsqueeze", "Reshape", "Flatten"}) {
    if (op_type == name) return true;
  }
  return false;
}

// What `node` makes of a number.
std::optional<double> apply(const onnx_pb::Node& node, double number) {
  if (keeps_number(node.op_type())) return number;
  if (node.op_type() == "Not") return number == 0 ? 1 : 0;
  const auto* to = find_attribute(node, "to");  // Cast
  const auto dtype = to == nullptr ? std::nullopt : dtype_of_onnx(to->i());
  if (!dtype) return std::nullopt;
  if (*dtype == DType::f32) return number;
  return *dtype == DType::boolean ? static_cast<double>(number != 0) : std::trunc(number);
}

}  // namespace

Condition find_condition(const std::string& name, const Definitions& definitions, TensorReader& tensors) {
  Condition condition;
  std::vector<const onnx_pb::Node*> way;  // from the condition to the constant
  std::string at = name;
  std::optional<double> number;
  while (way.size() < longest_way) {
    const auto initializer = definitions.initializers.find(at);
    if (initializer != definitions.initializers.end()) {
      number = only_element(*initializer->second, tensors);
      break;
    }
    const auto found = definitions.nodes.find(at);
    if (found == definitions.nodes.end() || !is_own_domain(found->second->domain())) break;
    const onnx_pb::Node& node = *found->second;
    condition.passed.push_back(at);
    if (node.op_type() == "Constant") {
      number = constant_number(node, tensors);
      break;
    }
    const bool passes = keeps_number(node.op_type()) || node.op_type() == "Cast" || node.op_type() == "Not";
    if (!passes || node.input_size() == 0) break;
    way.push_back(&node);
    at = node.input(0);
  }
  for (auto node = way.rbegin(); node != way.rend() && number; ++node) number = apply(**node, *number);
  if (number) condition.value = *number != 0;
  return condition;
}

}  // namespace yy
