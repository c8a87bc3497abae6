// What goes into the pads and the epilogue of a layer.
#include "ops/conv.h"
#include "ops/gemm.h"
#include "ops/pool.h"
#include "tests/passes/pass_test.h"

namespace yy {
namespace {

using namespace test;

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

ValueId average(Builder& b, ValueId x, std::int64_t pad = 0, bool counted = false, bool ceil = false) {
  return b.node("AveragePool", {x},
                {{"kernel_shape", Ints{3, 3}},
                 {"strides", Ints{2, 2}},
                 {"pads", Ints{pad, pad, pad, pad}},
                 {"ceil_mode", std::int64_t{ceil}},
                 {"count_include_pad", std::int64_t{counted}}});
}

ValueId padded_picture(Builder& b, std::int64_t size = 1) {
  return b.node("Pad", {b.input({1, 3, 6, 5}), b.ints({0, 0, size, 1, 0, 0, 1, 1})});
}

TEST(FusePad, GoesIntoAnAverageThatThenCountsIt) {
  for (std::int64_t pad : {0, 1}) {
    Builder b;
    const ValueId x = padded_picture(b);
    const Graph after = expect_same_result(b.done({average(b, x, pad, pad == 1)}), fuse_pad, {"AveragePool"});
    EXPECT_TRUE(dynamic_cast<const Pool&>(*after.nodes[0].op).fields().count_include_pad);
  }
}

TEST(FusePad, LeavesAveragesThatWouldChange) {
  Builder b;
  const ValueId uncounted = average(b, padded_picture(b), 1, false);
  const ValueId ceil = average(b, padded_picture(b), 0, false, true);
  const ValueId wide = average(b, padded_picture(b, 3));
  const ValueId largest = b.node("MaxPool", {padded_picture(b)}, {{"kernel_shape", Ints{3, 3}}});
  expect_same_result(b.done({uncounted, ceil, wide, largest}), fuse_pad,
                     {"Pad", "AveragePool", "Pad", "AveragePool", "Pad", "AveragePool", "Pad", "MaxPool"});
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

TEST(FuseEpilogue, TakesEveryFunctionThatFollowsLayers) {
  for (const char* name :
       {"Relu", "LeakyRelu", "Sigmoid", "HardSigmoid", "Tanh", "Swish", "HardSwish", "Gelu"}) {
    for (const char* op : {"Conv", "Gemm", "MatMul"}) {
      Builder b;
      const bool conv = std::string(op) == "Conv";
      const ValueId x =
          conv ? b.conv(b.input({2, 3, 6, 5}), 3, 20) : b.node(op, {b.input({5, 6}), b.floats({6, 37})});
      expect_same_result(b.done({b.node(name, {x})}), fuse_epilogue, {op});
    }
  }
}

TEST(FuseEpilogue, LeavesStepsOfLongerFormulas) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 4);
  expect_same_result(b.done({b.node("Erf", {x})}), fuse_epilogue, {"Conv", "Erf"});
}

TEST(FuseEpilogue, BatchNormalizationTakesCheapFunctions) {
  Builder b;
  const ValueId x = b.batch_norm(b.input({2, 3, 6, 5}), 3), y = b.batch_norm(b.input({2, 3}), 3);
  const ValueId clip = b.node("Clip", {y, b.scalar(-0.5F), b.scalar(0.5F)});
  const ValueId z = b.batch_norm(b.input({2, 3, 4}), 3);
  expect_same_result(b.done({b.node("Relu", {x}), clip, b.node("Tanh", {z})}), fuse_epilogue,
                     {"BatchNormalization", "BatchNormalization", "BatchNormalization", "Tanh"});
}

}  // namespace
}  // namespace yy
