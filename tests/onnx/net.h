// Small models for the loader's tests, built with the generated messages and changed at will before they are
// parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <onnx/yy_onnx.pb.h>
#include <span>
#include <string>
#include <vector>

#include "onnx/loader.h"
#include "runtime/error.h"

namespace yy::test {

inline onnx_pb::Node& add_node(onnx_pb::Model& model, const std::string& op_type, const std::string& name,
                               const std::vector<std::string>& inputs,
                               const std::vector<std::string>& outputs) {
  onnx_pb::Node& node = *model.mutable_graph()->add_node();
  node.set_op_type(op_type);
  if (!name.empty()) node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  return node;
}

inline onnx_pb::Tensor& add_weight(onnx_pb::Model& model, const std::string& name,
                                   const std::vector<std::int64_t>& dims,
                                   const std::vector<float>& elements) {
  onnx_pb::Tensor& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(1);
  for (std::int64_t dim : dims) tensor.add_dims(dim);
  tensor.mutable_float_data()->Add(elements.begin(), elements.end());
  return tensor;
}

inline onnx_pb::Type::TensorType& add_input(onnx_pb::Model& model, const std::string& name) {
  onnx_pb::ValueInfo& input = *model.mutable_graph()->add_input();
  input.set_name(name);
  onnx_pb::Type::TensorType& type = *input.mutable_type()->mutable_tensor_type();
  type.set_elem_type(1);
  type.mutable_shape()->add_dim()->set_dim_param("N");
  type.mutable_shape()->add_dim()->set_dim_value(3);
  return type;
}

inline onnx_pb::Attribute& add_int(onnx_pb::Node& node, const std::string& name, std::int64_t value) {
  onnx_pb::Attribute& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(2);
  attribute.set_i(value);
  return attribute;
}

// x -> relu1 -> add1 (+ w) -> y
inline onnx_pb::Model small_model() {
  onnx_pb::Model model;
  model.set_ir_version(8);
  model.set_producer_name("hand");
  model.set_producer_version("1");
  model.add_opset_import()->set_version(13);
  model.mutable_graph()->set_name("small");
  add_input(model, "x");
  add_weight(model, "w", {3}, {1, 2, 3});
  add_node(model, "Relu", "relu1", {"x"}, {"h"});
  add_node(model, "Add", "add1", {"h", "w"}, {"y"});
  model.mutable_graph()->add_output()->set_name("y");
  return model;
}

inline std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline OnnxModel parse(const onnx_pb::Model& model) {
  const std::string bytes = model.SerializeAsString();
  return parse_onnx(as_bytes(bytes), "m.onnx");
}

// The message of the Error that `call` must throw.
inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model);
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return {};
}

}  // namespace yy::test
