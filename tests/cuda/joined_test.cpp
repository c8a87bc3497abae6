// Concats whose inputs' kernels write where they are joined: every kind of kernel that does, ones that do not
// beside them, and inputs that may not.
#include <cmath>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "ops/passes/lower.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/passes/small_graph.h"

namespace yy::test {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

const Backend& cpu() {
  static const std::unique_ptr<Backend> backend = make_cpu_backend();
  return *backend;
}

Graph lowered(Graph graph, Precision precision) {
  simplify(graph, cpu());
  lower(graph, cpu(), Layout::channels_last, precision);
  return graph;
}

// How Concats are computed. Libraries leave more to be copied: cuDNN does not fuse every activation.
void expect_concats(const Graph& graph, const std::vector<std::string>& expected) {
  WeightStore weights(settle_on(cuda_backend()));
  const auto program = Program::compile(graph, cuda_backend(), weights, 1);
  std::vector<std::string> found;
  bool has_libraries = false;
  for (const Step& step : program->steps()) {
    const std::string& implementation = step.kernel.implementation;
    if (step.node.op->name() == "Concat") found.push_back(implementation);
    has_libraries = has_libraries || implementation.starts_with("cu");
  }
  EXPECT_EQ(program->memory().arena_bytes, program->memory().lower_bound);
  if (!has_libraries) {
    EXPECT_EQ(found, expected);
  }
}

void expect_cpus_numbers(const Graph& graph, Precision precision, double tolerance) {
  const std::vector<float> expected = run(lowered(graph, Precision::f32), cpu());
  const std::vector<float> found = run(lowered(graph, precision), cuda_backend());
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    ASSERT_NEAR(found[i], expected[i], tolerance * std::max(1.F, std::abs(expected[i]))) << "element " << i;
}

ValueId concat(Builder& b, std::vector<ValueId> inputs) {
  return b.node("Concat", std::move(inputs), {{"axis", std::int64_t{1}}});
}

ValueId grouped(Builder& b, ValueId x, std::int64_t channels, std::int64_t filters, std::int64_t group) {
  return b.node("Conv", {x, b.floats({filters, channels / group, 3, 3}), b.floats({filters})},
                {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}, {"group", group}});
}

// Of a picture with 8 channels: a layer, a convolution, one with residual and Relu, a depthwise and a grouped
// one, both kinds of pooling; then ones of all.
Graph every_kind(std::int64_t batch) {
  Builder b;
  const ValueId x = b.input({batch, 8, 7, 9});
  const ValueId base = b.node("Relu", {b.conv(x, 8, 8)});
  const ValueId sum = b.node("Relu", {b.node("Add", {b.conv(base, 8, 8), x})});
  const Attributes window{{"kernel_shape", std::vector<std::int64_t>{3, 3}},
                          {"pads", std::vector<std::int64_t>{1, 1, 1, 1}}};
  const ValueId joined =
      concat(b, {b.conv(base, 8, 16, 1, 0), b.node("Tanh", {b.conv(base, 8, 24)}), sum,
                 grouped(b, base, 8, 8, 8), grouped(b, base, 8, 16, 4), b.node("MaxPool", {base}, window),
                 b.node("AveragePool", {base}, window)});
  return b.done({b.node("Relu", {b.conv(joined, 88, 8)})});
}

TEST(Joined, EveryKindOfKernelWritesItsSlice) {
  for (std::int64_t batch : {1, 3}) {
    const Graph graph = every_kind(batch);
    expect_concats(lowered(graph, Precision::f32), {"in place"});
    expect_cpus_numbers(graph, Precision::f32, 1e-4);
    expect_cpus_numbers(graph, Precision::f16, 1e-1);
  }
}

// 16 bytes is all that a slice is aligned to.
TEST(Joined, SlicesBeginAtAnySixteenBytes) {
  for (std::int64_t first : {4, 8, 12}) {
    Builder b;
    const ValueId x = b.input({2, 8, 5, 6});
    const ValueId joined =
        concat(b, {b.conv(x, 8, first), grouped(b, x, 8, 16, 2), grouped(b, x, 8, 8, 8), b.conv(x, 8, 4)});
    const Graph graph = b.done({b.node("Relu", {joined})});
    expect_concats(lowered(graph, Precision::f32), {"in place"});
    expect_cpus_numbers(graph, Precision::f32, 1e-4);
  }
}

// An input, a value that something else reads, one whose kernel writes no slices: these are copied.
TEST(Joined, TheOthersAreCopied) {
  Builder b;
  const ValueId x = b.input({2, 8, 5, 6});
  const ValueId twice = b.conv(x, 8, 8), flat = b.node("Add", {b.node("Sigmoid", {x}), x});
  const ValueId joined = concat(b, {x, b.conv(x, 8, 8), twice, flat, b.conv(x, 8, 4)});
  const Graph graph = b.done({joined, b.node("Relu", {twice})});
  expect_concats(lowered(graph, Precision::f32), {"copy 16 bytes, 2 of 5 in place"});
  expect_cpus_numbers(graph, Precision::f32, 1e-4);
}

// What a Concat joined is joined again, read by others, and the network's answer.
TEST(Joined, AgainAndAgain) {
  Builder b;
  const ValueId x = b.input({2, 8, 5, 6});
  const ValueId first = concat(b, {b.conv(x, 8, 8), b.conv(x, 8, 8)});
  const ValueId second = concat(b, {first, b.conv(first, 16, 4), b.conv(first, 16, 12, 1, 0)});
  const ValueId third = concat(b, {b.conv(second, 32, 4), second});
  const Graph graph = b.done({third, b.conv(second, 32, 8)});
  expect_concats(lowered(graph, Precision::f32),
                 {"in place", "copy 16 bytes, 2 of 3 in place", "copy 16 bytes, 1 of 2 in place"});
  expect_cpus_numbers(graph, Precision::f32, 1e-3);
}

}  // namespace
}  // namespace yy::test
