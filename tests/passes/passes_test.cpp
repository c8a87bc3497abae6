// Each pass on small graphs: which nodes stand before and after, and that the graph computes the same.
#include "ops/passes/passes.h"

#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "ops/conv.h"
#include "ops/gemm.h"
#include "runtime/error.h"
#include "tests/passes/small_graph.h"

namespace yy {
namespace {

using test::Builder;
using test::op_names;

const Backend& cpu() {
  static const std::unique_ptr<Backend> backend = make_cpu_backend();
  return *backend;
}

using Names = std::vector<std::string>;

// The graph without any pass but the ones that running needs, on pseudo-random inputs.
std::vector<float> outputs_of(Graph graph) {
  propagate(graph, cpu(), true);
  assign_layouts(graph, Layout::row_major);
  return test::run(std::move(graph), cpu());
}

template <class Pass>
Graph expect_same_result(const Graph& before, const Pass& pass, const Names& expected_ops) {
  Graph after = before;
  propagate(after, cpu(), true);
  pass(after);
  EXPECT_EQ(op_names(after), expected_ops);
  const std::vector<float> a = outputs_of(before), b = outputs_of(after);
  EXPECT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    EXPECT_NEAR(a[i], b[i], 1e-4 * std::max(1.F, std::abs(a[i]))) << "element " << i;
  }
  return after;
}

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

TEST(RemoveNoOps, KeepsWhatChangesSomething) {
  Builder b;
  ValueId x = b.node("Pad", {b.input({1, 2, 3, 4}), b.ints({0, 0, 0, 1, 0, 0, 0, 0})});
  x = b.node("Transpose", {x}, {{"perm", std::vector<std::int64_t>{0, 1, 3, 2}}});
  expect_same_result(b.done({x}), remove_no_ops, {"Pad", "Transpose"});
}

TEST(FoldBatchNorm, GoesIntoTheConvolution) {
  Builder b;
  const ValueId y = b.batch_norm(b.conv(b.input({2, 3, 6, 5}), 3, 4), 4);
  expect_same_result(b.done({y}), fold_batch_norm, {"Conv"});
}

TEST(FoldBatchNorm, GivesABiasToAConvolutionWithoutOne) {
  Builder b;
  const ValueId conv =
      b.node("Conv", {b.input({2, 4, 6, 5}), b.floats({6, 2, 1, 1})}, {{"group", std::int64_t{2}}});
  expect_same_result(b.done({b.batch_norm(conv, 6)}), fold_batch_norm, {"Conv"});
}

TEST(FoldBatchNorm, LeavesAConvolutionThatOthersRead) {
  Builder b;
  const ValueId conv = b.conv(b.input({1, 3, 6, 5}), 3, 4);
  expect_same_result(b.done({b.batch_norm(conv, 4), conv}), fold_batch_norm, {"Conv", "BatchNormalization"});
}

TEST(FoldBatchNorm, LeavesASecondOneWhoseInputOthersRead) {
  Builder b;
  const ValueId first = b.batch_norm(b.conv(b.input({1, 3, 6, 5}), 3, 4), 4);
  expect_same_result(b.done({b.batch_norm(first, 4), first}), fold_batch_norm,
                     {"Conv", "BatchNormalization"});
}

TEST(FoldBatchNorm, TakesOneAfterTheOther) {
  Builder b;
  const ValueId y = b.batch_norm(b.batch_norm(b.conv(b.input({1, 3, 6, 5}), 3, 4), 4), 4);
  expect_same_result(b.done({y}), fold_batch_norm, {"Conv"});
}

TEST(FoldBatchNorm, LeavesOneBeforeTheConvolution) {
  Builder b;
  const ValueId y = b.conv(b.batch_norm(b.input({1, 3, 6, 5}), 3), 3, 4);
  expect_same_result(b.done({y}), fold_batch_norm, {"BatchNormalization", "Conv"});
}

TEST(FusePad, GoesIntoThePadsOfTheConvolution) {
  Builder b;
  const ValueId padded = b.node("Pad", {b.input({1, 3, 6, 5}), b.ints({0, 0, 0, 1, 0, 0, 2, 1})});
  const Graph after = expect_same_result(b.done({b.conv(padded, 3, 4)}), fuse_pad, {"Conv"});
  const auto& conv = dynamic_cast<const Conv&>(*after.nodes[0].op);
  EXPECT_EQ(*conv.window_attributes().pads, (std::vector<std::int64_t>{1, 2, 3, 2}));
}

TEST(FusePad, LeavesOtherValuesAndAxes) {
  Builder b;
  const ValueId x = b.input({1, 3, 6, 5});
  const ValueId ones = b.node("Pad", {x, b.ints({0, 0, 1, 1, 0, 0, 1, 1}), b.scalar(1)});
  const ValueId channels = b.node("Pad", {x, b.ints({0, 0, 1, 1, 0, 1, 1, 1})});
  expect_same_result(b.done({b.conv(ones, 3, 4), b.conv(channels, 4, 4)}), fuse_pad,
                     {"Pad", "Pad", "Conv", "Conv"});
}

TEST(FusePad, LeavesAPadThatAnotherNodeReads) {
  Builder b;
  const ValueId padded = b.node("Pad", {b.input({1, 3, 6, 5}), b.ints({0, 0, 1, 1, 0, 0, 1, 1})});
  expect_same_result(b.done({b.conv(padded, 3, 4), b.node("Relu", {padded})}), fuse_pad,
                     {"Pad", "Conv", "Relu"});
}

TEST(FuseEpilogue, TakesActivations) {
  Builder b;
  const ValueId x = b.input({2, 3, 6, 5});
  const ValueId clip = b.node("Clip", {b.conv(x, 3, 4), b.scalar(0), b.scalar(6)});
  const ValueId sigmoid = b.node("Sigmoid", {b.conv(clip, 4, 4)});
  const ValueId tanh = b.node("Tanh", {b.conv(sigmoid, 4, 2)});
  const ValueId flat = b.node("Flatten", {tanh});
  const ValueId gemm = b.node("Relu", {b.node("Gemm", {flat, b.floats({60, 7}), b.floats({7})})});
  const Graph after =
      expect_same_result(b.done({gemm}), fuse_epilogue, {"Conv", "Conv", "Conv", "Flatten", "Gemm"});
  EXPECT_EQ(dynamic_cast<const Conv&>(*after.nodes[0].op).epilogue().activation->text(), "clip(0,6)");
  EXPECT_EQ(dynamic_cast<const Gemm&>(*after.nodes[4].op).fields().activation->text(), "relu");
}

TEST(FuseEpilogue, TakesAResidualInEitherOrderAndTheActivationAfterIt) {
  for (bool residual_first : {true, false}) {
    Builder b;
    const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 4);
    const ValueId y = b.conv(x, 4, 4);
    const ValueId sum = b.node("Add", residual_first ? std::vector{x, y} : std::vector{y, x});
    const Graph after = expect_same_result(b.done({b.node("Relu", {sum})}), fuse_epilogue, {"Conv", "Conv"});
    EXPECT_TRUE(dynamic_cast<const Conv&>(*after.nodes[1].op).epilogue().residual);
    EXPECT_TRUE(dynamic_cast<const Conv&>(*after.nodes[1].op).epilogue().activation);
  }
}

TEST(FuseEpilogue, OfTwoConvolutionsTheLaterHostsTheAddition) {
  Builder b;
  const ValueId x = b.input({1, 3, 6, 5});
  const ValueId sum = b.node("Add", {b.conv(x, 3, 4), b.conv(x, 3, 4, 1, 0)});
  expect_same_result(b.done({b.node("Relu", {sum})}), fuse_epilogue, {"Conv", "Conv"});
}

TEST(FuseEpilogue, IsRightWhereTheResidualIsTheConvolutionsOwnInputOrReadLater) {
  Builder b;
  const ValueId x = b.node("Relu", {b.input({1, 4, 6, 5})});
  const ValueId sum = b.node("Add", {b.conv(x, 4, 4), x});
  const ValueId again = b.node("Mul", {sum, x});
  expect_same_result(b.done({again}), fuse_epilogue, {"Relu", "Conv", "Mul"});
  Builder c;
  const ValueId own = c.node("Relu", {c.input({1, 4, 6, 5})});
  expect_same_result(c.done({c.node("Add", {c.conv(own, 4, 4), own})}), fuse_epilogue, {"Relu", "Conv"});
}

TEST(FuseEpilogue, LeavesBroadcastAdditionsActivationsBetweenAndResultsThatOthersRead) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId biased = b.node("Add", {b.conv(x, 4, 4), b.floats({4, 1, 1})});
  const ValueId doubled = b.conv(x, 4, 4);
  const ValueId twice = b.node("Add", {doubled, doubled});
  const ValueId shared = b.conv(x, 4, 4);
  const ValueId relu = b.node("Relu", {shared});
  expect_same_result(b.done({biased, twice, relu, shared}), fuse_epilogue,
                     {"Conv", "Add", "Conv", "Add", "Conv", "Relu"});
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
