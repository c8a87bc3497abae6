// Channel moves, joined channels that are normalised, and squeeze-and-excite.
#include "ops/channel_map.h"
#include "ops/passes/lower.h"
#include "tests/passes/pass_test.h"

namespace yy {
namespace {

using namespace test;

const std::vector<std::pair<std::string, AttributeValue>> channel_axis{{"axis", std::int64_t{1}}};

ValueId concat(Builder& b, std::vector<ValueId> inputs) {
  return b.node("Concat", std::move(inputs), channel_axis);
}

ValueId part(Builder& b, ValueId x, std::int64_t from, std::int64_t to, std::int64_t axis = 1,
             std::int64_t step = 1) {
  return b.node("Slice", {x, b.ints({from}), b.ints({to}), b.ints({axis}), b.ints({step})});
}

// Of a picture [2,C,6,5] in groups.
ValueId shuffle(Builder& b, ValueId x, std::int64_t channels, std::int64_t groups,
                bool pixels_in_one = false) {
  const Ints cut =
      pixels_in_one ? Ints{2, groups, channels / groups, 30} : Ints{2, groups, channels / groups, 6, 5};
  const Ints perm = pixels_in_one ? Ints{0, 2, 1, 3} : Ints{0, 2, 1, 3, 4};
  x = b.node("Reshape", {x, b.ints(cut)});
  x = b.node("Transpose", {x}, {{"perm", perm}});
  return b.node("Reshape", {x, b.ints({2, -1, 6, 5})});
}

TEST(MapChannels, AShuffleAlone) {
  for (bool pixels_in_one : {false, true}) {
    Builder b;
    const ValueId x = b.input({2, 12, 6, 5});
    expect_same_result(b.done({shuffle(b, x, 12, 3, pixels_in_one)}), map_channels, {"ChannelMap"});
  }
}

TEST(MapChannels, LeavesOneConcatOrSliceAndOtherAxes) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5}), y = b.input({2, 3, 6, 5});
  const ValueId joined = concat(b, {x, y});
  const ValueId rows = part(b, part(b, joined, 1, 5, 2), 0, 2, 3);
  const ValueId sliced = part(b, y, 0, 2);
  expect_same_result(b.done({rows, sliced}), map_channels, {"Concat", "Slice", "Slice", "Slice"});
}

TEST(MapChannels, AChainIsOneMap) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5}), y = b.input({2, 8, 6, 5});
  const ValueId all = shuffle(b, concat(b, {x, y}), 12, 2);
  const Graph graph = b.done({part(b, all, 0, 6), part(b, all, 6, 12), part(b, all, -1, -12, 1, -3)});
  const Graph after = expect_same_result(graph, map_channels, {"ChannelMap"});
  EXPECT_EQ(after.nodes[0].inputs, (std::vector<ValueId>{x, y}));
  EXPECT_EQ(after.nodes[0].outputs, graph.outputs);
}

TEST(MapChannels, KeepsWhatOthersRead) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5}), y = b.input({2, 8, 6, 5});
  const ValueId joined = concat(b, {x, y});
  const ValueId cut = b.node("Reshape", {joined, b.ints({2, 2, 6, 6, 5})});
  const ValueId turned = b.node("Transpose", {cut}, {{"perm", Ints{0, 2, 1, 3, 4}}});
  const ValueId shuffled = b.node("Reshape", {turned, b.ints({2, 12, 6, 5})});
  expect_same_result(b.done({shuffled, b.node("Relu", {joined}), b.node("Tanh", {turned})}), map_channels,
                     {"ChannelMap", "Reshape", "Transpose", "Relu", "Tanh"});
}

TEST(MapChannels, SplitsOfOneValueAreOneMap) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId first = b.node("Relu", {part(b, x, 0, 2)}), second = b.node("Tanh", {part(b, x, 2, 4)});
  expect_same_result(b.done({first, second}), map_channels, {"ChannelMap", "Relu", "Tanh"});
}

// The first part goes round the convolution, the second through it: two chains, since the second needs what
// the first makes.
TEST(MapChannels, WhatAChainNeedsFromItselfEndsIt) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId all = shuffle(b, x, 4, 2);
  const ValueId kept = part(b, all, 0, 2), through = b.conv(part(b, all, 2, 4), 2, 4);
  const ValueId next = shuffle(b, concat(b, {kept, through}), 6, 2);
  const ValueId last = concat(b, {part(b, next, 0, 3), b.node("Relu", {part(b, next, 3, 6)})});
  expect_same_result(b.done({last}), map_channels, {"ChannelMap", "Conv", "ChannelMap", "Relu", "Concat"});
}

TEST(MapChannels, ReadersMoveBehindTheChainTheyRead) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId low = part(b, x, 0, 2);
  const ValueId early = b.node("Relu", {low});
  const ValueId late = b.node("Tanh", {early});
  const ValueId y = b.node("Sigmoid", {b.input({2, 3, 6, 5})});
  const ValueId joined = concat(b, {low, y});
  expect_same_result(b.done({late, joined}), map_channels, {"Sigmoid", "ChannelMap", "Relu", "Tanh"});
}

TEST(MapChannels, LeavesConstants) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId joined = concat(b, {x, b.floats({2, 3, 6, 5})});
  expect_same_result(b.done({part(b, part(b, joined, 1, 6), 1, 3)}), map_channels, {"Concat", "ChannelMap"});
}

// In channels last: no copy round the unit, and bfloat16 passes through.
TEST(MapChannels, AShuffleUnitIsConvolutionsAndOneCopy) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  const ValueId low = part(b, x, 0, 4), high = b.conv(part(b, x, 4, 8), 4, 4);
  const ValueId all = shuffle(b, concat(b, {low, high}), 8, 2);
  const Graph graph = b.done({b.conv(all, 8, 4)});
  for (Precision precision : {Precision::f32, Precision::bf16}) {
    Graph after = graph;
    lower(after, cpu(), Layout::channels_last, precision);
    Names names = op_names(after);
    std::erase(names, "Cast");
    EXPECT_EQ(names, (Names{"Conv", "ChannelMap", "Conv", "ChannelMap", "Conv", "Reorder"}));
  }
}

// Every layer of a dense block joins all that came before it.
std::vector<ValueId> dense_block(Builder& b, bool nested) {
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId first = b.conv(b.batch_norm(x, 4), 4, 3);
  const ValueId two = concat(b, {x, first});
  const ValueId second = b.conv(b.batch_norm(two, 7), 7, 2);
  const ValueId three = nested ? concat(b, {two, second}) : concat(b, {x, first, second});
  return {two, second, three, b.node("Relu", {b.batch_norm(three, 9)})};
}

void fuse_joined(Graph& graph) {
  fuse_epilogue(graph);
  fuse_concat(graph);
}

TEST(FuseConcat, ADenseBlockNeedsNone) {
  for (bool nested : {false, true}) {
    Builder b;
    const ValueId y = dense_block(b, nested).back();
    const Names names{"BatchNormalization", "Conv", "BatchNormalization", "Conv", "BatchNormalization"};
    const Graph after = expect_same_result(b.done({y}), fuse_joined, names);
    EXPECT_EQ(after.nodes[4].op->details(), "3 parts +relu");
    EXPECT_EQ(after.nodes[4].inputs.size(), 7U);
  }
}

TEST(FuseConcat, KeepsWhatOthersRead) {
  for (bool nested : {false, true}) {
    Builder b;
    const auto values = dense_block(b, nested);
    const Names names{"BatchNormalization",
                      "Conv",
                      "BatchNormalization",
                      "Conv",
                      "Concat",
                      "BatchNormalization",
                      "Relu",
                      "Tanh"};
    expect_same_result(b.done({values[3], b.node("Tanh", {values[2]})}), fuse_concat, names);
    Builder c;
    const auto again = dense_block(c, nested);
    const Names both{"BatchNormalization", "Conv", "Concat", "BatchNormalization", "Conv",
                     "BatchNormalization", "Relu"};
    const Graph after = expect_same_result(c.done({again[3], again[0]}), fuse_concat, both);
    EXPECT_EQ(after.nodes[5].op->details(), nested ? "2 parts" : "3 parts");
  }
}

TEST(FuseConcat, TakesTheSamePartTwiceAndSeveralReaders) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5}), joined = concat(b, {x, x});
  const ValueId twice = concat(b, {joined, joined});
  expect_same_result(b.done({b.batch_norm(joined, 8), b.batch_norm(joined, 8), b.batch_norm(twice, 16)}),
                     fuse_concat, Names(3, "BatchNormalization"));
}

TEST(FuseConcat, ConcatsOfConcatsEndSomewhere) {
  Builder b;
  ValueId x = b.input({1, 1, 1, 1});
  for (int i = 0; i < 12; ++i) x = concat(b, {x, x});
  Graph after = b.done({b.batch_norm(x, 4096)});
  fuse_concat(after);
  for (const Node& node : after.nodes) EXPECT_LE(node.inputs.size(), 1024U) << node.name;
}

TEST(FuseConcat, LeavesOtherAxesAndConstants) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId rows = b.node("Concat", {x, x}, {{"axis", std::int64_t{2}}});
  const ValueId constant = concat(b, {x, b.floats({2, 3, 6, 5})});
  expect_same_result(b.done({b.batch_norm(rows, 4), b.batch_norm(constant, 7)}), fuse_concat,
                     {"Concat", "Concat", "BatchNormalization", "BatchNormalization"});
}

TEST(FuseConcat, FollowsBfloat16) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  const ValueId y = b.conv(x, 8, 4);
  Graph after = b.done({b.conv(b.node("Relu", {b.batch_norm(concat(b, {x, y}), 12)}), 12, 4)});
  lower(after, cpu(), Layout::channels_last, Precision::bf16);
  EXPECT_EQ(op_names(after), (Names{"Cast", "Conv", "Conv", "BatchNormalization", "Conv", "Reorder"}));
  EXPECT_EQ(after.value(after.nodes[3].outputs[0]).desc.dtype, DType::bf16);
}

struct Gate {
  const char* inner = "Relu";
  const char* outer = "Sigmoid";
  bool gate_first = false, mean = false;
};

ValueId squeeze_excite(Builder& b, ValueId x, const Gate& gate = {}) {
  const ValueId pooled =
      gate.mean ? b.node("ReduceMean", {x}, {{"axes", Ints{2, 3}}}) : b.node("GlobalAveragePool", {x});
  const ValueId squeezed = b.node(gate.inner, {b.conv(pooled, 8, 3, 1, 0)});
  const ValueId g = b.node(gate.outer, {b.conv(squeezed, 3, 8, 1, 0)});
  return b.node("Mul", gate.gate_first ? std::vector{g, x} : std::vector{x, g});
}

void fuse_both(Graph& graph) {
  replace_spellings(graph);
  fuse_epilogue(graph);
  fuse_squeeze_excite(graph);
}

TEST(FuseSqueezeExcite, InAllSpellings) {
  for (const Gate& gate : {Gate{}, Gate{"Swish", "Sigmoid"}, Gate{"Relu", "HardSigmoid", true},
                           Gate{"Tanh", "Tanh", true, true}}) {
    Builder b;
    const ValueId x = b.input({2, 8, 6, 5});
    expect_same_result(b.done({squeeze_excite(b, x, gate)}), fuse_both, {"SqueezeExcite"});
  }
}

TEST(FuseSqueezeExcite, LeavesTheGateOfAnotherValue) {
  Builder b;
  const ValueId x = b.input({2, 8, 6, 5}), y = b.input({2, 8, 6, 5});
  const ValueId g = b.conv(b.conv(b.node("GlobalAveragePool", {x}), 8, 3, 1, 0), 3, 8, 1, 0);
  expect_same_result(b.done({b.node("Mul", {y, g})}), fuse_both,
                     {"GlobalAveragePool", "Conv", "Conv", "Mul"});
}

TEST(FuseSqueezeExcite, LeavesAGateOrAMeanThatOthersRead) {
  Builder b;
  const ValueId x = b.input({2, 8, 6, 5});
  const ValueId mean = b.node("GlobalAveragePool", {x});
  const ValueId g = b.conv(b.conv(mean, 8, 3, 1, 0), 3, 8, 1, 0);
  for (ValueId read : {mean, g}) {
    Builder c = b;
    expect_same_result(c.done({c.node("Mul", {x, g}), c.node("Relu", {read})}), fuse_both,
                       {"GlobalAveragePool", "Conv", "Conv", "Mul", "Relu"});
  }
}

TEST(FuseSqueezeExcite, LeavesOneLayerPaddedOnesAndOtherPools) {
  Builder b;
  const ValueId x = b.input({2, 8, 6, 5});
  const ValueId one = b.node("Mul", {x, b.conv(b.node("GlobalAveragePool", {x}), 8, 8, 1, 0)});
  const ValueId padded = b.conv(b.conv(b.node("GlobalAveragePool", {x}), 8, 3, 3, 1), 3, 8, 1, 0);
  const ValueId largest = b.node("MaxPool", {x}, {{"kernel_shape", Ints{6, 5}}});
  const ValueId g = b.conv(b.conv(largest, 8, 3, 1, 0), 3, 8, 1, 0);
  expect_same_result(b.done({one, b.node("Mul", {x, padded}), b.node("Mul", {x, g})}), fuse_both,
                     {"GlobalAveragePool", "Conv", "Mul", "GlobalAveragePool", "Conv", "Conv", "MaxPool",
                      "Conv", "Conv", "Mul", "Mul"});
}

TEST(FuseSqueezeExcite, FollowsBfloat16) {
  Builder b;
  const ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 8);
  Graph after = b.done({b.conv(squeeze_excite(b, x), 8, 4)});
  lower(after, cpu(), Layout::channels_last, Precision::bf16);
  EXPECT_EQ(op_names(after), (Names{"Cast", "Conv", "SqueezeExcite", "Conv", "Reorder"}));
  EXPECT_EQ(after.value(after.nodes[2].outputs[0]).desc.dtype, DType::bf16);
}

}  // namespace
}  // namespace yy
