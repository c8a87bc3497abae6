// What the loader makes of good models and tensors.
#include "onnx/loader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>

#include "runtime/error.h"
#include "tests/onnx/net.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(Loader, ReadsASmallModel) {
  const OnnxModel model = parse(small_model());
  EXPECT_EQ(model.ir_version, 8);
  EXPECT_EQ(model.opset, 13);
  EXPECT_EQ(model.producer, "hand 1");
  const Graph& graph = model.graph;
  EXPECT_EQ(graph.name, "small");
  ASSERT_EQ(graph.inputs.size(), 1u);
  const Value& x = graph.value(graph.inputs[0]);
  EXPECT_EQ(x.name, "x");
  EXPECT_TRUE(x.typed);
  EXPECT_EQ(x.desc, (TensorDesc{{unknown_dim, 3}, DType::f32, Layout::row_major}));
  ASSERT_EQ(graph.outputs.size(), 1u);
  EXPECT_EQ(graph.value(graph.outputs[0]).name, "y");
  EXPECT_FALSE(graph.value(graph.outputs[0]).typed);
  ASSERT_EQ(node_names(graph), (std::vector<std::string>{"relu1", "add1"}));
  const Node& add = graph.nodes[1];
  EXPECT_EQ(add.op->name(), "Add");
  EXPECT_EQ(add.inputs[0], graph.nodes[0].outputs[0]);
  const Value& w = graph.value(add.inputs[1]);
  ASSERT_TRUE(w.constant);
  EXPECT_TRUE(w.typed);
  EXPECT_EQ(w.constant->as<float>()[2], 3.0f);
}

TEST(Loader, SortsNodesAndKeepsTheFilesOrderOtherwise) {
  onnx_pb::Model model = small_model();
  auto& nodes = *model.mutable_graph()->mutable_node();
  add_node(model, "Relu", "late", {"y"}, {"z"});
  add_node(model, "Relu", "free", {"x"}, {"f"});
  EXPECT_EQ(node_names(parse(model).graph), (std::vector<std::string>{"relu1", "add1", "late", "free"}));
  std::reverse(nodes.begin(), nodes.end());
  EXPECT_EQ(node_names(parse(model).graph), (std::vector<std::string>{"free", "relu1", "add1", "late"}));
}

std::string chain_name(int i) {
  return std::string(1, 'c').append(std::to_string(i));
}

TEST(Loader, SortsALongChainWrittenBackwards) {
  onnx_pb::Model model = small_model();
  constexpr int count = 20'000;
  for (int i = count; i > 0; --i) {
    add_node(model, "Relu", "", {i == 1 ? "y" : chain_name(i - 1)}, {chain_name(i)});
  }
  const Graph graph = parse(model).graph;
  ASSERT_EQ(graph.nodes.size(), count + 2u);
  EXPECT_EQ(graph.value(graph.nodes.back().outputs[0]).name, chain_name(count));
}

TEST(Loader, InitializersListedAsInputsAreConstants) {
  onnx_pb::Model model = small_model();
  model.set_ir_version(3);
  add_input(model, "w");
  const Graph graph = parse(model).graph;
  ASSERT_EQ(graph.inputs.size(), 1u);
  EXPECT_EQ(graph.value(graph.inputs[0]).name, "x");
}

TEST(Loader, EmptyNamesAreLeftOut) {
  onnx_pb::Model model = small_model();
  model.mutable_graph()->mutable_initializer(0)->set_name("most");
  model.mutable_graph()->mutable_initializer(0)->clear_dims();
  model.mutable_graph()->mutable_initializer(0)->mutable_float_data()->Truncate(1);
  onnx_pb::Node& clip = *model.mutable_graph()->mutable_node(1);
  clip.set_op_type("Clip");
  clip.clear_input();
  for (const char* name : {"h", "", "most"}) clip.add_input(name);
  clip.add_output("");
  const Graph graph = parse(model).graph;
  ASSERT_EQ(graph.nodes[1].inputs.size(), 3u);
  EXPECT_EQ(graph.nodes[1].inputs[1], no_value);
  EXPECT_NE(graph.nodes[1].inputs[2], no_value);
  EXPECT_EQ(graph.nodes[1].outputs.size(), 1u);
}

// What an operator writes in front of an output that is read has a place, whether it has a name or not.
TEST(Loader, LeftOutOutputsInFrontAreValuesThatNobodyReads) {
  onnx_pb::Model model = small_model();
  add_node(model, "Split", "halves", {"y"}, {"", "second"});
  model.mutable_graph()->add_output()->set_name("second");
  const Graph graph = parse(model).graph;
  ASSERT_EQ(graph.nodes[2].outputs.size(), 2u);
  const ValueId first = graph.nodes[2].outputs[0];
  ASSERT_NE(first, no_value);
  EXPECT_EQ(graph.value(first).name, "halves.left_out");
  EXPECT_EQ(graph.count_uses()[static_cast<std::size_t>(first)], 0);
}

// Training leaves masks and indices behind that nothing reads.
TEST(Loader, OutputsAtTheEndThatNobodyReadsAreDropped) {
  onnx_pb::Model model = small_model();
  add_node(model, "Dropout", "drop", {"y"}, {"kept", "mask"});
  EXPECT_EQ(parse(model).graph.nodes[2].outputs.size(), 1u);
  add_node(model, "Identity", "reader", {"mask"}, {"r"});
  EXPECT_EQ(parse(model).graph.nodes[2].outputs.size(), 2u);
  model.mutable_graph()->mutable_node()->RemoveLast();
  model.mutable_graph()->add_output()->set_name("mask");
  EXPECT_EQ(parse(model).graph.nodes[2].outputs.size(), 2u);
}

TEST(Loader, BatchNormalizationsStatisticsThatNobodyReadsAreDropped) {
  onnx_pb::Model model = small_model();
  add_node(model, "BatchNormalization", "bn", {"x", "w", "w", "w", "w"}, {"b", "mean", "var", "", "saved"});
  EXPECT_EQ(parse(model).graph.nodes[2].outputs.size(), 1u);
}

TEST(Loader, MakesUpNodeNamesThatAreUnique) {
  onnx_pb::Model model = small_model();
  model.mutable_graph()->mutable_node(0)->clear_name();
  model.mutable_graph()->mutable_node(1)->set_name("Relu_0");
  add_node(model, "Relu", "Relu_0", {"y"}, {"z"});
  const Graph graph = parse(model).graph;
  EXPECT_EQ(node_names(graph), (std::vector<std::string>{"Relu_0_", "Relu_0", "Relu_0_2"}));
}

TEST(Loader, TheOwnDomainHasTwoNames) {
  onnx_pb::Model model = small_model();
  model.mutable_opset_import(0)->set_domain("ai.onnx");
  model.mutable_graph()->mutable_node(0)->set_domain("ai.onnx");
  EXPECT_EQ(parse(model).opset, 13);
}

TEST(Loader, OpenDimensionsHaveManySpellings) {
  onnx_pb::Model model = small_model();
  auto& dims =
      *model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  dims.add_dim();
  dims.add_dim()->set_dim_value(-1);
  const Graph graph = parse(model).graph;
  EXPECT_EQ(graph.value(graph.inputs[0]).desc.shape, (Shape{unknown_dim, 3, unknown_dim, unknown_dim}));
}

TEST(Loader, ReadsATensorWithoutElements) {
  onnx_pb::Model model = small_model();
  add_weight(model, "nothing", {0, 4}, {});
  add_weight(model, "raw nothing", {0}, {}).set_raw_data("");
  EXPECT_EQ(parse(model).graph.nodes.size(), 2u);
}

TEST(Loader, EmptyRawDataBesideATypedFieldIsNoData) {
  onnx_pb::Model model = small_model();
  model.mutable_graph()->mutable_initializer(0)->set_raw_data("");
  EXPECT_EQ(parse(model).graph.nodes.size(), 2u);
}

// Writers in proto3 leave out numbers that are 0.
TEST(Loader, ANumberThatIsAbsentIsZero) {
  onnx_pb::Model model = small_model();
  onnx_pb::Node& flatten = *model.mutable_graph()->mutable_node(0);
  flatten.set_op_type("Flatten");
  add_int(flatten, "axis", 0).clear_i();
  EXPECT_EQ(parse(model).graph.nodes[0].op->name(), "Flatten");
}

TEST(Loader, LoadsCommittedModels) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(YY_TEST_MODELS_DIR)) {
    if (entry.path().extension() != ".onnx") continue;
    const OnnxModel model = load_onnx(entry.path());
    EXPECT_FALSE(model.graph.nodes.empty()) << entry.path();
    EXPECT_EQ(model.graph.inputs.size(), 1u) << entry.path();
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace yy::test
