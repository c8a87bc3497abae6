// Shapes, constants, nodes without effect, and layouts.
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

std::string refusal_of(Graph graph, bool whole) {
  try {
    propagate(graph, cpu(), whole);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

TEST(Propagate, NamesEveryNodeThatFailsAndNoneThatDependsOnThem) {
  for (bool whole : {false, true}) {
    Builder b;
    const ValueId x = b.input({2, 3});
    const ValueId sum = b.node("Add", {x, b.floats({4})});                          // n0 fails
    const ValueId after = b.node("Relu", {sum});                                    // n1 waits for it
    const ValueId shape = b.node("Reshape", {x, b.ints({7})});                      // n2 fails
    const ValueId both = b.node("Mul", {after, shape});                             // n3 waits for both
    const ValueId good = b.node("Relu", {x});                                       // n4
    const ValueId last = b.node("Concat", {good, x}, {{"axis", std::int64_t{5}}});  // n5 fails
    const std::string message = refusal_of(b.done({both, last}), whole);
    EXPECT_EQ(message.rfind("3 problems\n", 0), 0u) << message;
    for (const char* part :
         {"\n  node 'n0' (Add): ", "\n  node 'n2' (Reshape): input 'shape'", "\n  node 'n5' (Concat): "}) {
      EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
    }
    for (const char* part : {"n1", "n3", "n4"}) EXPECT_EQ(message.find(part), std::string::npos) << message;
  }
}

TEST(Propagate, WholeNamesTheFirstNodesWithoutAShape) {
  Builder b;
  const ValueId x = b.input({unknown_dim, 3});
  const ValueId relu = b.node("Relu", {x});
  Graph graph = b.done({b.node("Relu", {relu}), b.node("Tanh", {x})});
  const std::string message = refusal_of(graph, true);
  EXPECT_EQ(
      message,
      "2 problems\n  node 'n0' (Relu): an input has no known shape\n  node 'n2' (Tanh): an input has no "
      "known shape");
}

// Passes run over nodes whose shapes are still open; what they read must be there.
TEST(Propagate, NamesMissingInputsEvenWhereTheBatchIsOpen) {
  for (bool whole : {false, true}) {
    Builder b;
    const ValueId x = b.node("Transpose", {b.input({unknown_dim, 3})}, {{"perm", Ints{1, 0}}});
    const ValueId few = b.node("Add", {x}), absent = b.node("Mul", {x, no_value});
    const std::string message = refusal_of(b.done({few, absent, b.node("Relu", {})}), whole);
    std::vector<std::string> parts{"'n3' (Relu): expected 1 inputs, found 0"};
    if (whole) {
      parts.emplace_back(
          "'n0' (Transpose): an input has no known shape");  // and what reads it is passed over
    } else {
      parts.insert(parts.end(), {"'n1' (Add): input 1 is missing", "'n2' (Mul): input 1 is missing"});
    }
    for (const std::string& part : parts) {
      EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
    }
  }
}

TEST(Propagate, ConstantsHaveALimitEachAndTogether) {
  Builder huge;
  Graph graph = huge.done({huge.node("ConstantOfShape", {huge.ints({(1 << 14) + 1, 1 << 14})})});
  EXPECT_NE(refusal_of(graph, true).find("(ConstantOfShape): its constant result"), std::string::npos);
  Builder b;
  ValueId x = b.node("ConstantOfShape", {b.ints({1 << 13, 1 << 13})});                   // 256 MiB, n0
  for (int i = 1; i <= 16; ++i) x = b.node("Reshape", {x, b.ints({1 << 12, 1 << 14})});  // views of it
  const std::string message = refusal_of(b.done({x}), true);
  EXPECT_EQ(message.rfind("node 'n16' (Reshape): its constant result", 0), 0u) << message;
  EXPECT_NE(message.find("4 GiB together"), std::string::npos) << message;
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

}  // namespace
}  // namespace yy
