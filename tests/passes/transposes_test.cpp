// Transposes that cancel or cost nothing, and layer normalisation written out.
#include "ops/passes/lower.h"
#include "tests/passes/pass_test.h"

namespace yy {
namespace {

using namespace test;

const Ints to_last{0, 2, 3, 1}, to_first{0, 3, 1, 2};

ValueId transpose(Builder& b, ValueId x, const Ints& perm) {
  return b.node("Transpose", {x}, {{"perm", perm}});
}

TEST(CancelTransposes, TwoMakeOneOrNone) {
  Builder b;
  const ValueId x = b.input({2, 3, 4, 5});
  const ValueId none = b.node("Relu", {transpose(b, transpose(b, x, to_last), to_first)});
  const ValueId one = transpose(b, transpose(b, x, to_last), {1, 0, 3, 2});
  expect_same_result(b.done({none, one}), cancel_transposes, {"Relu", "Transpose"});
}

TEST(CancelTransposes, MeetAcrossPointwiseOperators) {
  Builder b;
  const ValueId x = b.input({2, 3, 4, 5}), y = b.input({2, 3, 4, 5});
  ValueId z = b.node("Add", {transpose(b, x, to_last), transpose(b, y, to_last)});
  z = b.node("Mul", {b.node("Relu", {z}), b.floats({3})});                               // the channels
  z = b.node("Sub", {b.floats({4, 1, 1}), b.node("Div", {z, b.floats({5, 1}, 1, 2)})});  // rows, then columns
  z = b.node("Clip", {b.node("Add", {z, b.scalar(1)}), b.scalar(-1), b.scalar(2)});
  expect_same_result(b.done({transpose(b, z, to_first)}), cancel_transposes,
                     {"Add", "Relu", "Mul", "Div", "Sub", "Add", "Clip"});
}

TEST(CancelTransposes, LeavesValuesThatOthersReadOtherOrdersAndMatrices) {
  Builder b;
  const ValueId x = b.input({2, 4, 4, 4}), y = b.input({2, 4, 4, 4});
  const ValueId shared = transpose(b, x, to_last);
  const ValueId relu = b.node("Relu", {shared});
  const ValueId sum = b.node("Add", {transpose(b, x, to_last), transpose(b, y, to_first)});
  const ValueId whole = b.node("Mul", {transpose(b, x, to_last), b.floats({4, 4})});
  const ValueId wider = b.node("Mul", {transpose(b, x, to_last), b.floats({1, 1, 1, 1, 4})});
  expect_same_result(
      b.done({shared, relu, sum, whole, wider}), cancel_transposes,
      {"Transpose", "Relu", "Transpose", "Transpose", "Add", "Transpose", "Mul", "Transpose", "Mul"});
}

TEST(CancelTransposes, AnswersTheBatchThatIsOpenAndAnOrderThatIsNone) {
  Builder b;
  const ValueId x = b.input({unknown_dim, 3, 4, 5});
  Graph graph = b.done({transpose(b, b.node("Relu", {transpose(b, x, to_last)}), to_first)});
  cancel_transposes(graph);
  EXPECT_EQ(op_names(graph),
            (Names{"Relu", "Transpose"}));  // whose size shows it to be none once it is known
  Builder c;
  const ValueId bad = transpose(c, c.input({unknown_dim, 3}), {0, 7});
  Graph other = c.done({transpose(c, bad, {1, 0})});
  cancel_transposes(other);
  EXPECT_EQ(op_names(other), (Names{"Transpose", "Transpose"}));
}

std::string implementations(const Graph& graph) {
  WeightStore weights;
  std::string text;
  const auto program = Program::compile(graph, cpu(), weights, 1);
  for (const Step& step : program->steps()) {
    text += std::string(step.node.op->name()) + (step.kernel.is_view ? " (view) " : " ");
  }
  return text;
}

TEST(AssignLayouts, TransposesRoundAConvolutionAreViews) {
  Builder b;
  const ValueId x = transpose(b, b.input({2, 6, 5, 3}), to_first);
  Graph graph = b.done({transpose(b, b.conv(x, 3, 4), to_last)});
  expect_same_result(graph, [](Graph&) {}, {"Transpose", "Conv", "Transpose"});
  lower(graph, cpu(), Layout::row_major, Precision::f32);
  EXPECT_EQ(implementations(graph), "Transpose (view) Conv Transpose (view) ");
}

TEST(AssignLayouts, OtherTransposesAreNotUnlessOnlyOnesMove) {
  Builder b;
  Graph graph =
      b.done({transpose(b, b.input({2, 3, 4}), {0, 2, 1}), transpose(b, b.input({2, 1, 4}), {1, 0, 2})});
  lower(graph, cpu(), Layout::row_major, Precision::f32);
  EXPECT_EQ(implementations(graph), "Transpose Transpose (view) ");
}

struct Norm {
  bool pow = true, shift = true, swap = false;
};

ValueId written_norm(Builder& b, ValueId x, std::int64_t size, const Norm& norm = {}) {
  const auto mean = [&](ValueId v) { return b.node("ReduceMean", {v}, {{"axes", Ints{-1}}}); };
  const auto either = [&](const char* op, ValueId v, ValueId c) {
    return b.node(op, norm.swap ? std::vector{c, v} : std::vector{v, c});
  };
  const ValueId d = b.node("Sub", {x, mean(x)});
  const ValueId square = norm.pow ? b.node("Pow", {d, b.scalar(2)}) : b.node("Mul", {d, d});
  const ValueId root = b.node("Sqrt", {either("Add", mean(square), b.scalar(1e-3F))});
  const ValueId scaled = either("Mul", b.node("Div", {d, root}), b.floats({size}));
  return norm.shift ? either("Add", scaled, b.floats({size})) : scaled;
}

TEST(RecogniseLayerNorm, InAllSpellings) {
  for (const Norm& norm : {Norm{}, Norm{.pow = false}, Norm{.shift = false}, Norm{.swap = true}}) {
    Builder b;
    const Graph graph = b.done({written_norm(b, b.input({2, 3, 7}), 7, norm)});
    expect_same_result(graph, recognise_layer_norm, {"LayerNormalization"});
  }
}

TEST(RecogniseLayerNorm, LeavesOtherAxesAndResultsThatOthersRead) {
  Builder b;
  const ValueId x = b.input({2, 7, 7});
  const ValueId mean = b.node("ReduceMean", {x}, {{"axes", Ints{1}}});
  const ValueId d = b.node("Sub", {x, mean});
  const ValueId variance = b.node("ReduceMean", {b.node("Mul", {d, d})}, {{"axes", Ints{1}}});
  const ValueId root = b.node("Sqrt", {b.node("Add", {variance, b.scalar(1e-3F)})});
  const ValueId quotient = b.node("Div", {d, root});
  expect_same_result(b.done({b.node("Mul", {quotient, b.floats({7})})}), recognise_layer_norm,
                     {"ReduceMean", "Sub", "Mul", "ReduceMean", "Add", "Sqrt", "Div", "Mul"});
  Builder c;
  const ValueId scaled = written_norm(c, c.input({2, 7}), 7, {.shift = false});
  const ValueId inner = c.graph.nodes[c.graph.nodes.size() - 2].outputs[0];
  expect_same_result(c.done({scaled, inner}), recognise_layer_norm,
                     {"ReduceMean", "Sub", "Pow", "ReduceMean", "Add", "Sqrt", "Div", "Mul"});
}

// As ConvNeXt has it: between its convolutions nothing is moved about in memory.
TEST(Lower, ABlockWithItsChannelsLast) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  ValueId y = written_norm(b, transpose(b, b.conv(x, 8, 8), to_last), 8);
  y = b.node("Add", {b.floats({12}), b.node("MatMul", {y, b.floats({8, 12})})});
  y = b.node("Gelu", {y});
  y = b.node("Add", {b.node("MatMul", {y, b.floats({12, 8})}), b.floats({8})});
  y = b.node("Mul", {transpose(b, y, to_first), b.floats({8, 1, 1})});
  const Graph graph = b.done({b.conv(b.node("Add", {y, x}), 8, 4)});
  Graph after = graph;
  simplify(after, cpu());
  lower(after, cpu(), Layout::channels_last, Precision::f32);
  EXPECT_EQ(implementations(after),
            "Conv Conv Transpose (view) LayerNormalization MatMul MatMul Transpose (view) Add Conv Reorder ");
  Graph same = graph;
  simplify(same, cpu());
  lower(same, cpu(), Layout::row_major, Precision::f32);
  expect_near(outputs_of(graph), run(std::move(same), cpu()));
}

}  // namespace
}  // namespace yy
