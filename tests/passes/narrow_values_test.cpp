// Where bfloat16 (or float16) begins and ends, which casts that takes, and that results stay near those of
// float32.
#include <cmath>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "ops/passes/lower.h"
#include "ops/passes/passes.h"
#include "tests/passes/small_graph.h"

namespace yy {
namespace {

using test::Builder;
using test::op_names;
using Names = std::vector<std::string>;

const Backend& cpu() {
  static const std::unique_ptr<Backend> backend = make_cpu_backend();
  return *backend;
}

Graph lowered(Graph graph, Precision precision) {
  lower(graph, cpu(), Layout::channels_last, precision);
  return graph;
}

// The types of the nodes' first outputs, in order.
Names types(const Graph& graph) {
  Names result;
  for (const Node& node : graph.nodes) result.emplace_back(name_of(graph.value(node.outputs[0]).desc.dtype));
  return result;
}

// Compares where the machine can run it; 8 bits of significand, rounded at every layer.
void expect_near_float32(const Graph& graph) {
  if (cpu().support(Precision::bf16) == Support::none) return;
  const std::vector<float> want = test::run(lowered(graph, Precision::f32), cpu());
  const std::vector<float> got = test::run(lowered(graph, Precision::bf16), cpu());
  ASSERT_EQ(got.size(), want.size());
  double square = 0, error = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    square += want[i] * want[i];
    error += (got[i] - want[i]) * (got[i] - want[i]);
  }
  EXPECT_LT(std::sqrt(error), 0.01 * std::sqrt(square));
  EXPECT_GT(error, 0) << "nothing was rounded";
}

TEST(NarrowValues, ReachesFromTheFirstLayerToTheLastWhichWritesFloat32) {
  Builder b;
  const ValueId pooled = b.node("GlobalAveragePool", {b.conv(b.conv(b.input({2, 3, 6, 5}), 3, 8), 8, 8)});
  const ValueId scores = b.node("Gemm", {b.node("Flatten", {pooled}), b.floats({8, 4}), b.floats({4})});
  const Graph graph = b.done({b.node("Softmax", {scores}, {{"axis", std::int64_t{1}}})});
  const Graph after = lowered(graph, Precision::bf16);
  EXPECT_EQ(op_names(after),
            (Names{"Cast", "Conv", "Conv", "GlobalAveragePool", "Reorder", "Flatten", "Gemm", "Softmax"}));
  EXPECT_EQ(types(after), (Names{"bfloat16", "bfloat16", "bfloat16", "bfloat16", "bfloat16", "bfloat16",
                                 "float32", "float32"}));
  expect_near_float32(graph);
}

TEST(NarrowValues, Float16TakesTheSameWay) {
  Builder b;
  const Graph graph = b.done({b.conv(b.conv(b.input({2, 3, 6, 5}), 3, 8), 8, 8)});
  const Graph after = lowered(graph, Precision::f16);
  EXPECT_EQ(op_names(after), op_names(lowered(graph, Precision::bf16)));
  EXPECT_EQ(types(after)[0], "float16");
  EXPECT_EQ(types(after)[1], "float16");
  EXPECT_EQ(types(after).back(), "float32");
}

TEST(NarrowValues, ScoresThatAreOnlyReshapedStayFloat32) {
  Builder b;
  const ValueId scores = b.conv(b.input({2, 3, 1, 1}), 3, 8, 1, 0);
  const Graph after = lowered(b.done({b.node("Flatten", {scores})}), Precision::bf16);
  EXPECT_EQ(op_names(after), (Names{"Cast", "Conv", "Reorder", "Flatten"}));
  EXPECT_EQ(types(after), (Names{"bfloat16", "float32", "float32", "float32"}));
}

TEST(NarrowValues, AResidualHasTheTypeOfTheSum) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  const Graph inner = b.done({b.conv(b.node("Relu", {b.node("Add", {b.conv(x, 8, 8), x})}), 8, 4)});
  EXPECT_EQ(types(lowered(inner, Precision::bf16)),
            (Names{"bfloat16", "bfloat16", "bfloat16", "float32", "float32"}));
  expect_near_float32(inner);

  Builder c;  // the sum is the output: the residual is cast, the convolution's own input is not
  const ValueId y = c.conv(c.input({2, 3, 6, 5}), 3, 8);
  const Graph last = c.done({c.node("Add", {c.conv(y, 8, 8), y})});
  const Graph after = lowered(last, Precision::bf16);
  EXPECT_EQ(op_names(after), (Names{"Cast", "Conv", "Cast", "Conv", "Reorder"}));
  EXPECT_EQ(types(after), (Names{"bfloat16", "bfloat16", "float32", "float32", "float32"}));
  expect_near_float32(last);
}

TEST(NarrowValues, CastsOnceRoundAnOperatorThatNeedsFloat32) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  const ValueId scaled = b.node("Mul", {x, b.floats({8, 1, 1})});   // a constant is not rounded
  const ValueId shifted = b.node("Sub", {x, b.floats({8, 1, 1})});  // reads the same cast
  const ValueId both = b.node("Mul", {scaled, shifted});
  const Graph graph = b.done({b.conv(both, 8, 4), b.conv(x, 8, 4)});
  const Graph after = lowered(graph, Precision::bf16);
  EXPECT_EQ(op_names(after), (Names{"Cast", "Conv", "Cast", "Mul", "Sub", "Cast", "Cast", "Mul", "Conv",
                                    "Conv", "Reorder", "Reorder"}));
  expect_near_float32(graph);
}

TEST(NarrowValues, AValueThatIsAlsoAnOutputComesBackAsFloat32) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  const Graph graph = b.done({b.conv(x, 8, 4), x});
  for (ValueId id : lowered(graph, Precision::bf16).outputs) {
    EXPECT_EQ(lowered(graph, Precision::bf16).value(id).desc.dtype, DType::f32);
  }
  expect_near_float32(graph);
}

TEST(NarrowValues, WithoutAProductNothingChanges) {
  Builder b;
  const ValueId x = b.input({2, 3, 6, 5});
  const Graph graph =
      b.done({b.node("MaxPool", {b.node("Relu", {x})}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}})});
  EXPECT_EQ(op_names(lowered(graph, Precision::bf16)), op_names(lowered(graph, Precision::f32)));
}

TEST(NarrowValues, MovesWithTheElements) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  const ValueId padded = b.node("Pad", {x, b.ints({0, 1, 0, 0, 0, 0, 2, 0}), b.scalar(0.3F)});
  const ValueId joined = b.node("Concat", {padded, b.node("Relu", {padded})}, {{"axis", std::int64_t{1}}});
  const ValueId part = b.node("Slice", {joined, b.ints({17}), b.ints({1}), b.ints({1}), b.ints({-2})});
  const ValueId turned = b.node("Transpose", {part}, {{"perm", std::vector<std::int64_t>{0, 1, 3, 2}}});
  const Graph graph = b.done({b.conv(b.batch_norm(turned, 8), 8, 4)});
  const Graph after = lowered(graph, Precision::bf16);
  int casts = 0;
  for (const Node& node : after.nodes) casts += node.op->name() == "Cast" ? 1 : 0;
  EXPECT_EQ(casts, 1) << "only the input's";
  expect_near_float32(graph);
}

}  // namespace
}  // namespace yy
