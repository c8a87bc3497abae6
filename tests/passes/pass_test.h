// What the tests of passes share: a pass runs on a small graph, the nodes that stand afterwards are named,
// and the graph computes what it did before.
#pragma once

#include <cmath>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "cpu/cpu_backend.h"
#include "ops/passes/passes.h"
#include "tests/passes/small_graph.h"

namespace yy::test {

using Names = std::vector<std::string>;
using Ints = std::vector<std::int64_t>;

inline const Backend& cpu() {
  static const std::unique_ptr<Backend> backend = make_cpu_backend();
  return *backend;
}

// The graph without any pass but the ones that running needs, on pseudo-random inputs.
inline std::vector<float> outputs_of(Graph graph, bool infer = true) {
  if (infer) propagate(graph, cpu(), true);
  assign_layouts(graph, Layout::row_major);
  return run(std::move(graph), cpu());
}

inline void expect_near(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_NEAR(a[i], b[i], 1e-4 * std::max(1.F, std::abs(a[i]))) << "element " << i;
  }
}

template <class Pass>
Graph expect_same_result(const Graph& before, const Pass& pass, const Names& expected_ops) {
  Graph after = before;
  propagate(after, cpu(), true);
  pass(after);
  EXPECT_EQ(op_names(after), expected_ops);
  expect_near(outputs_of(before), outputs_of(after));
  return after;
}

}  // namespace yy::test
