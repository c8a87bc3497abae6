// What goes into the weights and bias of a layer.
#include "ops/gemm.h"
#include "tests/passes/pass_test.h"

namespace yy {
namespace {

using namespace test;

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

// While the batch is open no shape was inferred, so nothing says yet that parameters fit.
TEST(FoldBatchNorm, LeavesWhatDoesNotFitToShapeInference) {
  Builder bias;
  const ValueId x = bias.input({unknown_dim, 3, 6, 5});
  const ValueId conv = bias.node("Conv", {x, bias.floats({4, 3, 1, 1}), bias.floats({1})});
  Builder statistics;
  const ValueId y = statistics.conv(statistics.input({unknown_dim, 3, 6, 5}), 3, 4);
  Builder alone;
  const ValueId z = alone.conv(alone.input({unknown_dim, 3, 6, 5}), 3, 4);
  Builder left_out;
  const ValueId w = left_out.conv(left_out.input({unknown_dim, 3, 6, 5}), 3, 4);
  Graph graphs[] = {
      bias.done({bias.batch_norm(conv, 4)}),
      statistics.done(
          {statistics.node("BatchNormalization", {y, statistics.floats({4}), statistics.floats({1}),
                                                  statistics.floats({4}), statistics.floats({2})})}),
      alone.done({alone.node("Mul", {z})}),
      left_out.done({left_out.node("Mul", {w, no_value})}),
  };
  for (Graph& graph : graphs) {
    const std::size_t before = graph.nodes.size();
    fold_batch_norm(graph);
    EXPECT_EQ(graph.nodes.size(), before);
  }
}

TEST(FoldBatchNorm, LeavesOneBeforeTheConvolution) {
  Builder b;
  const ValueId y = b.conv(b.batch_norm(b.input({1, 3, 6, 5}), 3), 3, 4);
  expect_same_result(b.done({y}), fold_batch_norm, {"BatchNormalization", "Conv"});
}

ValueId layer(Builder& b, const std::string& op) {
  if (op == "Conv") return b.conv(b.input({2, 3, 6, 5}), 3, 4);
  if (op == "MatMul") return b.node("MatMul", {b.input({2, 3}), b.floats({3, 4})});
  const ValueId x = b.input({2, 3});
  if (op == "Gemm") return b.node("Gemm", {x, b.floats({3, 4}), b.floats({4})}, {{"beta", 0.5F}});
  return b.node("Gemm", {x, b.floats({4, 3})}, {{"transB", std::int64_t{1}}, {"alpha", 1.5F}});  // "transB"
}

class FoldAffine : public testing::TestWithParam<const char*> {};

TEST_P(FoldAffine, TakesBatchNormalizationAndArithmeticWithAConstantPerChannel) {
  const std::string kind = GetParam();
  const Shape channels = kind == "Conv" ? Shape{4, 1, 1} : Shape{4};
  Builder b;
  ValueId x = b.batch_norm(layer(b, kind), 4);
  x = b.node("Mul", {b.floats(channels), x});
  x = b.node("Add", {x, b.floats(channels)});
  x = b.node("Sub", {b.floats(channels), x});
  x = b.node("Sub", {x, b.floats(channels)});
  x = b.node("Div", {x, b.floats(channels, 1, 2)});
  x = b.node("Mul", {x, b.scalar(0.5F)});
  expect_same_result(b.done({x}), fold_batch_norm, {kind == "transB" ? "Gemm" : kind});
}

TEST_P(FoldAffine, LeavesOtherConstants) {
  const std::string kind = GetParam();
  const Names same{kind == "transB" ? "Gemm" : kind, "Add"};
  for (const Shape& shape : {kind == "Conv" ? Shape{4, 6, 1} : Shape{2, 4}, Shape{}, Shape{1, 1, 4, 1, 1},
                             kind == "Conv" ? Shape{5} : Shape{2, 1}}) {
    Builder b;
    const Graph graph = b.done({b.node("Add", {layer(b, kind), b.floats(shape)})});
    expect_same_result(graph, fold_batch_norm, same);
  }
}

INSTANTIATE_TEST_SUITE_P(, FoldAffine, testing::Values("Conv", "Gemm", "transB", "MatMul"));

TEST(FoldBatchNorm, TakesAConstantThatIsAsLongAsTheBatch) {  // [2] broadcasts along the columns
  Builder b;
  const ValueId x = b.node("MatMul", {b.input({2, 3}), b.floats({3, 2})});
  expect_same_result(b.done({b.node("Mul", {x, b.floats({2})})}), fold_batch_norm, {"MatMul"});
}

TEST(FoldBatchNorm, LeavesChannelsThatAreNotTheColumnsOfAProduct) {
  Builder b;
  const ValueId x = b.node("MatMul", {b.input({2, 4, 3}), b.floats({3, 4})});
  expect_same_result(b.done({b.batch_norm(x, 4)}), fold_batch_norm, {"MatMul", "BatchNormalization"});
}

TEST(FoldBatchNorm, LeavesQuotientsAndZeros) {
  Builder b;
  const ValueId x = b.conv(b.input({1, 3, 6, 5}), 3, 4);
  const ValueId y = b.node("Div", {b.floats({4, 1, 1}), x});
  expect_same_result(b.done({y}), fold_batch_norm, {"Conv", "Div"});
}

}  // namespace
}  // namespace yy
