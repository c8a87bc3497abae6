// Shapes, constants, nodes without effect, layouts, and the order of passes.
#include "ops/passes/lower.h"
#include "runtime/error.h"
#include "tests/passes/pass_test.h"

namespace yy {
namespace {

using namespace test;

TEST(Propagate, ComputesShapeChainsAndDropsTheirNodes) {
  Builder b;
  const ValueId x = b.input({2, 3, 4, 5});
  const ValueId batch = b.node("Gather", {b.node("Shape", {x}), b.ints({0})}, {{"axis", std::int64_t{0}}});
  const ValueId shape = b.node("Concat", {batch, b.ints({-1})}, {{"axis", std::int64_t{0}}});
  Graph graph = b.done({b.node("Reshape", {x, shape})});
  propagate(graph, cpu(), true);
  EXPECT_EQ(op_names(graph), Names{"Reshape"});
  EXPECT_EQ(graph.value(graph.outputs[0]).desc.shape, (Shape{2, 60}));
}

TEST(Propagate, LeavesWhatDependsOnAnOpenBatch) {
  Builder b;
  const ValueId x = b.input({unknown_dim, 3, 4, 5});
  const ValueId weights = b.node("Mul", {b.floats({4, 3, 1, 1}), b.scalar(2)});
  Graph graph = b.done({b.node("Conv", {x, weights})});
  propagate(graph, cpu(), false);
  EXPECT_EQ(op_names(graph), Names{"Conv"});
  EXPECT_TRUE(graph.value(graph.nodes[0].inputs[1]).constant);
  EXPECT_FALSE(graph.value(graph.outputs[0]).typed);
}

TEST(Propagate, NamesTheNodeThatFails) {
  Builder b;
  Graph graph = b.done({b.node("Add", {b.input({2, 3}), b.floats({4})})});
  try {
    propagate(graph, cpu(), true);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("node 'n0' (Add)"), std::string::npos) << error.what();
  }
}

TEST(RemoveNoOps, DropsWhatChangesNothing) {
  Builder b;
  ValueId x = b.node("Identity", {b.input({1, 2, 3, 4})});
  x = b.node("Dropout", {x});
  x = b.node("Pad", {x, b.ints({0, 0, 0, 0, 0, 0, 0, 0})});
  x = b.node("Transpose", {x}, {{"perm", std::vector<std::int64_t>{0, 1, 2, 3}}});
  x = b.node("Relu", {x});
  expect_same_result(b.done({b.node("Reshape", {x, b.ints({1, 2, 3, 4})})}), remove_no_ops, {"Relu"});
}

TEST(RemoveNoOps, DropsPoolsOfOneElementConcatOfOneAndCastsToTheSame) {
  Builder b;
  ValueId x = b.node("MaxPool", {b.input({1, 2, 3, 4})}, {{"kernel_shape", Ints{1, 1}}});
  x = b.node("AveragePool", {x}, {{"kernel_shape", Ints{1, 1}}});
  x = b.node("Concat", {x}, {{"axis", std::int64_t{1}}});
  x = b.node("Cast", {x}, {{"to", std::int64_t{1}}});
  x = b.node("GlobalAveragePool", {b.node("GlobalAveragePool", {x})});
  expect_same_result(b.done({x}), remove_no_ops, {"GlobalAveragePool"});
}

TEST(RemoveNoOps, ALongChainIsDroppedAtOnce) {
  Builder b;
  const ValueId x = b.input({1, 2, 3, 4});
  ValueId y = x;
  for (int i = 0; i < 2000; ++i) y = b.node("Identity", {y});
  const Graph after = expect_same_result(b.done({b.node("Relu", {y})}), remove_no_ops, {"Relu"});
  EXPECT_EQ(after.nodes[0].inputs[0], x);
}

TEST(RemoveNoOps, KeepsWhatChangesSomething) {
  Builder b;
  ValueId x = b.node("Pad", {b.input({1, 2, 3, 4}), b.ints({0, 0, 0, 1, 0, 0, 0, 0})});
  x = b.node("Transpose", {x}, {{"perm", Ints{0, 1, 3, 2}}});
  x = b.node("AveragePool", {x}, {{"kernel_shape", Ints{1, 1}}, {"strides", Ints{2, 1}}});
  x = b.node("MaxPool", {x}, {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}});
  x = b.node("Concat", {x, x}, {{"axis", std::int64_t{1}}});
  expect_same_result(b.done({x}), remove_no_ops, {"Pad", "Transpose", "AveragePool", "MaxPool", "Concat"});
}

TEST(AssignLayouts, SurroundsSpatialOperatorsWithReordersOnce) {
  Builder b;
  const ValueId x = b.input({2, 3, 6, 5});
  const ValueId relu = b.node("Relu", {b.conv(x, 3, 4)});
  const ValueId more = b.conv(x, 3, 4);
  Graph graph = b.done({b.node("Add", {relu, more})});
  propagate(graph, cpu(), true);
  assign_layouts(graph, Layout::row_major);
  EXPECT_EQ(op_names(graph), (Names{"Reorder", "Conv", "Relu", "Conv", "Add", "Reorder"}));
  for (const Node& node : graph.nodes) {
    if (node.op->name() == "Conv") {
      EXPECT_EQ(graph.value(node.outputs[0]).desc.layout, Layout::channels_last);
    }
  }
  EXPECT_EQ(graph.value(graph.outputs[0]).desc.layout, Layout::row_major);
}

TEST(AssignLayouts, TakesInputsAsTheyAreGiven) {
  Builder b;
  Graph graph =
      b.done({b.node("Flatten", {b.node("GlobalAveragePool", {b.conv(b.input({2, 3, 6, 5}), 3, 4)})})});
  propagate(graph, cpu(), true);
  assign_layouts(graph, Layout::channels_last);
  EXPECT_EQ(op_names(graph), (Names{"Conv", "GlobalAveragePool", "Reorder", "Flatten"}));
}

TEST(Lower, RefusesDimensionsThatStayOpen) {
  Builder b;
  Graph graph = b.done({b.conv(b.input({unknown_dim, 3, unknown_dim, 5}), 3, 4)});
  set_batch(graph, 4);
  EXPECT_THROW(lower(graph, cpu(), Layout::row_major, Precision::f32), Error);
  Builder fixed;
  Graph other = fixed.done({fixed.conv(fixed.input({2, 3, 6, 5}), 3, 4)});
  EXPECT_THROW(set_batch(other, 3), Error);
  set_batch(other, 2);
}

TEST(Lower, SetsTheBatchOfOpenInputsOnly) {
  Builder b;
  const ValueId open = b.input({unknown_dim, 5}), row = b.input({5});
  Graph graph = b.done({b.node("Add", {open, row})});
  EXPECT_FALSE(fixed_batch(graph));
  set_batch(graph, 3);
  EXPECT_EQ(graph.value(open).desc.shape, (Shape{3, 5}));
  EXPECT_EQ(graph.value(row).desc.shape, (Shape{5}));
}

}  // namespace
}  // namespace yy
