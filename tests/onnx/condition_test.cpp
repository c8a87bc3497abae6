// If: the branch of a condition that is known while a model is loaded stands in its place.
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "onnx/loader.h"
#include "tests/onnx/net.h"

namespace yy::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;

onnx_pb::Node& add_to(onnx_pb::Graph& graph, const std::string& op_type, const Names& inputs,
                      const Names& outputs) {
  onnx_pb::Node& node = *graph.add_node();
  node.set_op_type(op_type);
  for (const std::string& input : inputs) node.add_input(input);
  for (const std::string& output : outputs) node.add_output(output);
  return node;
}

onnx_pb::Graph& add_branch(onnx_pb::Node& node, const std::string& name, const Names& outputs) {
  onnx_pb::Attribute& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(5);
  for (const std::string& output : outputs) attribute.mutable_g()->add_output()->set_name(output);
  return *attribute.mutable_g();
}

onnx_pb::Tensor& add_flag(onnx_pb::Model& model, const std::string& name, int data_type, char value) {
  onnx_pb::Tensor& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(data_type);
  tensor.add_int32_data(value);
  return tensor;
}

// small_model() and z = If(cond): Relu(y), else Tanh(x).
onnx_pb::Model model_with_if(const std::string& condition = "cond") {
  onnx_pb::Model model = small_model();
  onnx_pb::Node& node = add_node(model, "If", "if1", {condition}, {"z"});
  add_to(add_branch(node, "then_branch", {"out"}), "Relu", {"y"}, {"out"});
  add_to(add_branch(node, "else_branch", {"out"}), "Tanh", {"x"}, {"out"});
  return model;
}

Names op_names(const onnx_pb::Model& model) {
  Names names;
  for (const Node& node : parse(model).graph.nodes) names.emplace_back(node.op->name());
  return names;
}

std::string refusal(const onnx_pb::Model& model) {
  return message_of([&] { parse(model); });
}

TEST(If, TheTakenBranchStandsInItsPlace) {
  for (bool taken : {true, false}) {
    onnx_pb::Model model = model_with_if();
    add_flag(model, "cond", 9, taken);
    const Graph graph = parse(model).graph;
    ASSERT_EQ(graph.nodes.size(), 3u);
    const Node& last = graph.nodes.back();
    EXPECT_EQ(last.op->name(), taken ? "Relu" : "Tanh");
    EXPECT_EQ(last.name, taken ? "if1/Relu_0" : "if1/Tanh_0");
    EXPECT_EQ(graph.value(last.inputs[0]).name, taken ? "y" : "x");
    EXPECT_EQ(graph.value(last.outputs[0]).name, "z");
  }
}

// What leads from a constant to the condition is not asked for operators that we have.
TEST(If, ConditionsMayComeThroughNodesThatKeepThem) {
  struct Step {
    const char* op_type;
    int to = 0;
  };
  struct Case {
    int data_type;
    char value;
    std::vector<Step> steps;
    bool taken;
  };
  const std::vector<Case> cases = {
      {9, 1, {{"Identity"}}, true},
      {9, 1, {{"Not"}}, false},
      {9, 0, {{"Not"}, {"Identity"}, {"Not"}, {"Not"}}, true},
      {6, 5, {{"Cast", 9}}, true},
      {6, 5, {{"Cast", 9}, {"Not"}, {"Squeeze"}}, false},
      {2, 0, {{"Cast", 1}, {"Cast", 7}, {"Cast", 9}, {"Reshape"}, {"Unsqueeze"}, {"Flatten"}}, false},
  };
  for (const Case& c : cases) {
    onnx_pb::Model model = model_with_if();
    std::string at = "start";
    add_flag(model, at, c.data_type, c.value);
    for (std::size_t i = 0; i < c.steps.size(); ++i) {
      const std::string to = i + 1 == c.steps.size() ? "cond" : "step" + std::to_string(i);
      onnx_pb::Node& node = add_node(model, c.steps[i].op_type, "", {at}, {to});
      if (c.steps[i].to != 0) add_int(node, "to", c.steps[i].to);
      at = to;
    }
    EXPECT_THAT(op_names(model), ElementsAre("Relu", "Add", c.taken ? "Relu" : "Tanh")) << c.steps[0].op_type;
  }
}

TEST(If, FractionsAreCutOffByACast) {
  onnx_pb::Model model = model_with_if();
  add_weight(model, "half", {}, {0.5});
  add_int(add_node(model, "Cast", "", {"half"}, {"whole"}), "to", 7);
  add_int(add_node(model, "Cast", "", {"whole"}, {"cond"}), "to", 9);
  EXPECT_EQ(op_names(model).back(), "Tanh");
}

TEST(If, ConditionsMayBeConstants) {
  for (bool as_tensor : {false, true}) {
    onnx_pb::Model model = model_with_if();
    onnx_pb::Node& constant = add_node(model, "Constant", "c", {}, {"number"});
    if (as_tensor) {
      onnx_pb::Attribute& value = *constant.add_attribute();
      value.set_name("value");
      value.set_type(4);
      value.mutable_t()->set_data_type(7);
      value.mutable_t()->add_dims(1);
      value.mutable_t()->add_int64_data(1);
    } else {
      add_int(constant, "value_int", 1);
    }
    add_int(add_node(model, "Cast", "", {"number"}, {"cond"}), "to", 9);
    EXPECT_THAT(op_names(model), ElementsAre("Relu", "Add", "Relu"));
  }
}

TEST(If, WhatOthersReadStays) {
  onnx_pb::Model model = model_with_if();
  add_flag(model, "start", 6, 1);
  add_int(add_node(model, "Cast", "c", {"start"}, {"cond"}), "to", 9);
  model.mutable_graph()->add_output()->set_name("cond");
  EXPECT_THAT(op_names(model), ElementsAre("Relu", "Add", "Relu", "Cast"));
}

TEST(If, BranchesMayPassOnWhatTheyDoNotCompute) {
  onnx_pb::Model model = small_model();
  add_flag(model, "cond", 9, 1);
  onnx_pb::Node& node = add_node(model, "If", "if1", {"cond"}, {"p", "q", "r"});
  onnx_pb::Graph& branch = add_branch(node, "then_branch", {"y", "k", "k"});
  onnx_pb::Tensor& k = *branch.add_initializer();
  k.set_name("k");
  k.set_data_type(1);
  k.add_dims(1);
  k.add_float_data(5);
  const Graph graph = parse(model).graph;
  ASSERT_EQ(graph.nodes.size(), 5u);
  const Names expected = {"y", "if1/k", "if1/k"};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(graph.nodes[2 + i].op->name(), "Identity");
    EXPECT_EQ(graph.value(graph.nodes[2 + i].inputs[0]).name, expected[i]);
  }
}

TEST(If, BranchesNest) {
  onnx_pb::Model model = small_model();
  add_flag(model, "yes", 9, 1);
  onnx_pb::Node& outer = add_node(model, "If", "outer", {"yes"}, {"z"});
  onnx_pb::Graph& branch = add_branch(outer, "then_branch", {"out"});
  add_to(branch, "Relu", {"y"}, {"local"});
  add_to(branch, "Not", {"yes"}, {"no"});
  onnx_pb::Node& inner = add_to(branch, "If", {"no"}, {"out"});
  add_to(add_branch(inner, "else_branch", {"sum"}), "Add", {"local", "x"}, {"sum"});
  const Graph graph = parse(model).graph;
  ASSERT_EQ(graph.nodes.size(), 4u);
  EXPECT_EQ(graph.nodes[3].name, "outer/If_2/Add_0");
  EXPECT_EQ(graph.value(graph.nodes[3].inputs[0]).name, "outer/local");
  EXPECT_EQ(graph.value(graph.nodes[3].inputs[1]).name, "x");
  EXPECT_EQ(graph.value(graph.nodes[3].outputs[0]).name, "z");
}

TEST(If, StandsInFunctionsAsWell) {
  onnx_pb::Model model = small_model();
  onnx_pb::Function& function = *model.add_functions();
  function.set_name("F");
  function.set_domain("local");
  for (const char* name : {"a", "flag"}) function.add_input(name);
  function.add_output("b");
  function.add_attribute("axis");
  onnx_pb::Node& node = *function.add_node();
  node.set_op_type("If");
  node.add_input("flag");
  node.add_output("b");
  onnx_pb::Node& flatten = add_to(add_branch(node, "then_branch", {"out"}), "Flatten", {"a"}, {"out"});
  onnx_pb::Attribute& reference = *flatten.add_attribute();
  reference.set_name("axis");
  reference.set_ref_attr_name("axis");
  add_flag(model, "yes", 9, 1);
  onnx_pb::Node& call = add_node(model, "F", "call", {"y", "yes"}, {"z"});
  call.set_domain("local");
  add_int(call, "axis", 0);
  EXPECT_THAT(op_names(model), ElementsAre("Relu", "Add", "Flatten"));
}

TEST(If, WithoutAKnownConditionIsRefused) {
  for (const char* producer : {"", "Relu", "Greater"}) {
    onnx_pb::Model model = model_with_if(*producer == '\0' ? "x" : "cond");
    if (*producer != '\0') add_node(model, producer, "p", {"y"}, {"cond"});
    EXPECT_THAT(refusal(model), HasSubstr("node 'if1' (If): its condition "));
    EXPECT_THAT(refusal(model), HasSubstr("is computed while the network runs"));
  }
  onnx_pb::Model model = model_with_if();
  add_flag(model, "cond", 9, 1).add_dims(2);
  EXPECT_THAT(refusal(model), HasSubstr("is computed while the network runs"));
  model = model_with_if();
  add_node(model, "Identity", "i", {"cond"}, {"cond"});
  EXPECT_THAT(refusal(model), HasSubstr("node 'if1' (If)"));
}

TEST(If, WithABranchThatDoesNotFitIsRefused) {
  const std::vector<std::pair<std::string, std::function<void(onnx_pb::Node&)>>> cases = {
      {"attribute 'then_branch' is missing", [](auto& node) { node.clear_attribute(); }},
      {"a branch has no inputs", [](auto& node) { node.mutable_attribute(0)->mutable_g()->add_input(); }},
      {"the branch has 1 outputs, the node 2", [](auto& node) { node.add_output("more"); }},
      {"expected 1 input, found 0", [](auto& node) { node.clear_input(); }},
      {"sparse initializers",
       [](auto& node) { node.mutable_attribute(0)->mutable_g()->add_sparse_initializer("x"); }},
  };
  for (const auto& [part, spoil] : cases) {
    onnx_pb::Model model = model_with_if();
    add_flag(model, "cond", 9, 1);
    spoil(*model.mutable_graph()->mutable_node(2));
    EXPECT_THAT(refusal(model), HasSubstr("node 'if1' (If): "));
    EXPECT_THAT(refusal(model), HasSubstr(part));
  }
}

TEST(If, OtherControlFlowIsRefusedByName) {
  onnx_pb::Model model = small_model();
  add_branch(add_node(model, "Loop", "loop1", {"", "", "y"}, {"z"}), "body", {"out"});
  EXPECT_THAT(refusal(model), HasSubstr("operator 'Loop' (opset 13) is not supported; 1 node: 'loop1'"));
}

}  // namespace
}  // namespace yy::test
