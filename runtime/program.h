// A graph compiled for one backend, batch size, precision and thread count: kernels in order and a static
// memory plan. Immutable, shareable between threads; each worker runs it through an Executor of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/backend.h"
#include "runtime/graph.h"
#include "runtime/kernel.h"
#include "runtime/memory_plan.h"
#include "runtime/slices.h"
#include "runtime/weights.h"

namespace yy {

struct Step {
  Node node;
  Kernel kernel;
};

// Where a value of the graph lies.
struct Placement {
  enum class Kind { unused, constant, arena } kind = Kind::unused;
  int interval = -1;       // arena: index into Program::intervals; values that share memory share an interval
  std::size_t offset = 0;  // arena: of its first byte in the interval; not 0 only for slices of other values
  Buffer constant;         // constant: its elements in the backend's memory
};

class Program {
 public:
  // `graph` has been lowered: every value is typed and laid out (ops/passes/lower.h). Throws Error that lists
  // every node that the backend refuses.
  static std::shared_ptr<const Program> compile(Graph graph, const Backend& backend, WeightStore& weights,
                                                int threads);

  const Graph& graph() const { return graph_; }
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<Placement>& placements() const { return placements_; }  // per value of the graph
  const std::vector<Interval>& intervals() const { return intervals_; }
  const std::vector<int>& workspace_intervals() const { return workspaces_; }  // per step, -1 for none
  const MemoryPlan& memory() const { return memory_; }

 private:
  Program() = default;
  void make_kernels(const Backend& backend, WeightStore& weights, int threads);
  KernelOrRefusal make_kernel(const Node& node, const Backend& backend, WeightStore& weights, int threads);
  bool may_take_over(const Node& node, std::size_t k, int step) const;
  std::optional<Placement> shared_place(std::size_t step);
  void share_memory();
  void place_constants(WeightStore& weights);

  Graph graph_;
  std::vector<Step> steps_;
  std::vector<Slice> slices_;  // per value, as far as kernels write them
  std::vector<Placement> placements_;
  std::vector<Interval> intervals_;
  std::vector<int> workspaces_;
  MemoryPlan memory_;
};

}  // namespace yy
