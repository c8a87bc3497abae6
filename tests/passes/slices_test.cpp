// Which values may be written where they are joined (runtime/slices.h), and where a program puts them.
#include "runtime/slices.h"

#include "ops/passes/passes.h"
#include "tests/passes/pass_test.h"

namespace yy {
namespace {

using namespace test;

ValueId concat(Builder& b, std::vector<ValueId> inputs, std::int64_t axis = 1) {
  return b.node("Concat", std::move(inputs), {{"axis", axis}});
}

// Per value of `of`: its first channel in `whole`, -1 where it is no slice of that.
Ints slices(Graph graph, ValueId whole, const std::vector<ValueId>& of,
            Layout layout = Layout::channels_last) {
  propagate(graph, cpu(), true);
  assign_layouts(graph, layout);
  const std::vector<Slice> found = find_slices(graph);
  Ints firsts;
  for (ValueId id : of) {
    const Slice& slice = found[static_cast<std::size_t>(id)];
    EXPECT_TRUE(!slice.exists() || slice.whole == whole);
    firsts.push_back(slice.exists() ? slice.first : -1);
  }
  return firsts;
}

TEST(Slices, AreWhatOneConcatReads) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId p = b.conv(x, 4, 8), q = b.node("Relu", {b.conv(x, 4, 4)}), r = b.conv(x, 4, 12);
  const ValueId y = concat(b, {p, q, r});
  EXPECT_EQ(slices(b.done({b.node("Relu", {y})}), y, {p, q, r}), (Ints{0, 8, 12}));
}

TEST(Slices, AreNotWhatOthersRead) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId p = b.conv(x, 4, 8), q = b.conv(x, 4, 4), twice = b.conv(x, 4, 4), out = b.conv(x, 4, 8);
  const ValueId y = concat(b, {p, twice, q, twice, out});
  EXPECT_EQ(slices(b.done({y, b.node("Relu", {p}), out}), y, {p, q, twice, out}), (Ints{-1, 12, -1, -1}));
}

TEST(Slices, AreNeitherInputsNorConstants) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5}), c = b.floats({2, 4, 6, 5}), p = b.conv(x, 4, 4);
  const ValueId other = b.input({2, 4, 6, 5});
  const ValueId y = concat(b, {other, c, p});
  EXPECT_EQ(slices(b.done({y}), y, {other, c, p}), (Ints{-1, -1, 8}));
}

// Kernels store 16 bytes at once.
TEST(Slices, AreAligned) {
  for (const auto& [last, expected] : {std::pair{5, Ints{0, -1}}, {6, Ints{-1, -1}}}) {
    Builder b;
    const ValueId x = b.input({2, 4, 6, 5});
    const ValueId p = b.conv(x, 4, 3), q = b.conv(x, 4, last);
    const ValueId y = concat(b, {p, q});
    EXPECT_EQ(slices(b.done({b.node("Relu", {y})}), y, {p, q}), expected);
  }
}

TEST(Slices, AreOfChannelsThatLieLast) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId p = b.conv(x, 4, 4), q = b.conv(x, 4, 4);
  const ValueId y = concat(b, {p, q}, 2);
  const Graph graph = b.done({b.node("Relu", {y})});
  EXPECT_EQ(slices(graph, y, {p, q}), (Ints{-1, -1}));
  Builder rows;
  const ValueId in = rows.input({2, 4});
  const ValueId s = rows.node("Relu", {in}), t = rows.node("Tanh", {in});
  const ValueId joined = concat(rows, {s, t});
  EXPECT_EQ(slices(rows.done({joined}), joined, {s, t}), (Ints{-1, -1}));
}

// A Concat is told nothing of what its inputs' kernels did not do: none of this device writes slices.
TEST(Slices, AreCopiedWhereKernelsWriteNone) {
  Builder b;
  const ValueId x = b.input({2, 4, 6, 5});
  const ValueId y = concat(b, {b.conv(x, 4, 8), b.conv(x, 4, 4)});
  Graph graph = b.done({y});
  propagate(graph, cpu(), true);
  assign_layouts(graph, Layout::channels_last);
  WeightStore weights;
  const auto program = Program::compile(std::move(graph), cpu(), weights, 1);
  for (const Placement& place : program->placements()) EXPECT_EQ(place.offset, 0U);
}

}  // namespace
}  // namespace yy
