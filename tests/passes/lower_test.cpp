// What a caller settles before a graph is compiled: inputs that become constants, and sizes.
#include "ops/passes/lower.h"

#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "ops/passes/passes.h"
#include "runtime/error.h"
#include "tests/passes/small_graph.h"

namespace yy {
namespace {

using test::Builder;

const Backend& cpu() {
  static const std::unique_ptr<Backend> backend = make_cpu_backend();
  return *backend;
}

ValueId int64_input(Builder& b, Shape shape) {
  const ValueId id = b.input(std::move(shape));
  b.graph.value(id).desc.dtype = DType::i64;
  return id;
}

TEST(CompileTimeInputs, BecomeConstants) {
  Builder b;
  const ValueId x = b.input({2, 6}), shape = int64_input(b, {unknown_dim}), y = b.input({12});
  Graph graph = b.done({b.node("Add", {b.node("Reshape", {x, shape}), y})});
  std::vector<Tensor> tensors{Tensor({Shape{2, 6}, DType::f32, {}}),
                              Tensor::of_i64(std::vector<std::int64_t>{3, -1, 1}),
                              Tensor({Shape{12}, DType::f32, {}})};
  const void* first = tensors[0].data();
  const void* last = tensors[2].data();
  bind_compile_time_inputs(graph, tensors);
  EXPECT_EQ(graph.inputs, (std::vector<ValueId>{x, y}));
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_EQ(tensors[0].data(), first);
  EXPECT_EQ(tensors[1].data(), last);
  ASSERT_TRUE(graph.value(shape).constant);
  EXPECT_EQ(graph.value(shape).desc.shape, Shape{3});
  propagate(graph, cpu(), true);
  EXPECT_EQ(graph.value(graph.nodes.at(0).outputs[0]).desc.shape, (Shape{3, 4, 1}));
}

TEST(CompileTimeInputs, AreConstantsForEverybodyWhoReadsThem) {
  Builder b;
  const ValueId x = b.input({4}), shape = int64_input(b, {1});
  Graph graph = b.done({b.node("Reshape", {x, shape}), b.node("Mul", {shape, shape}), shape});
  std::vector<Tensor> tensors{Tensor({Shape{4}, DType::f32, {}}),
                              Tensor::of_i64(std::vector<std::int64_t>{-1})};
  bind_compile_time_inputs(graph, tensors);
  EXPECT_EQ(graph.inputs, (std::vector<ValueId>{x}));
  propagate(graph, cpu(), true);
  EXPECT_TRUE(graph.value(graph.outputs[1]).constant);
}

TEST(CompileTimeInputs, AreNoneWhereNodesOnlyCompute) {
  Builder b;
  Graph graph = b.done({b.node("Add", {b.input({4}), b.input({4})})});
  std::vector<Tensor> tensors(2, Tensor({Shape{4}, DType::f32, {}}));
  bind_compile_time_inputs(graph, tensors);
  EXPECT_EQ(graph.inputs.size(), 2U);
  EXPECT_EQ(tensors.size(), 2U);
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
