// A graph whose nodes are replaced one at a time, with the tables that finding patterns needs: who makes a
// value, and who alone reads it. Each question and each replacement takes constant time.
//
// Nodes that nobody reads any more have no operator from then on; finish() removes them, and until then
// numbers stay. A node may be put where all its inputs are made before and its outputs are read after.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/graph.h"

namespace yy {

class Rewriter {
 public:
  explicit Rewriter(Graph& graph);

  Graph& graph() { return graph_; }
  const Graph& graph() const { return graph_; }
  int size() const { return static_cast<int>(graph_.nodes.size()); }
  const Node& node(int n) const { return graph_.nodes[static_cast<std::size_t>(n)]; }
  const Value& value(ValueId id) const { return graph_.value(id); }

  int producer(ValueId id) const;     // the node that makes `id`; -1 for inputs, constants and no_value
  int sole_reader(ValueId id) const;  // the node that reads `id` where only that one does, and once; else -1
  int uses(ValueId id) const;         // how often it is read, and once more as an output of the graph

  // Node `n` as an Operator, or null where it is another one, or there is no such node.
  template <class Operator>
  const Operator* as(int n) const {
    return n < 0 ? nullptr : dynamic_cast<const Operator*>(node(n).op.get());
  }

  // Puts `replacement` in the place of node `n`. Outputs of another node that it names become its own.
  void replace(int n, Node replacement);

  void finish();

 private:
  void count(int n, int sign);
  void drop_unread(std::vector<int> nodes);

  Graph& graph_;
  std::vector<int> uses_, producers_;
  std::vector<std::int64_t> readers_;  // per value: sum of the numbers of its readers, each plus 1
};

}  // namespace yy
