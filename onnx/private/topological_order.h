// Orders nodes so that each comes after those it reads from.
#pragma once

#include <vector>

namespace yy {

struct TopologicalOrder {
  std::vector<int>
      order;  // all nodes; among those that could come next, the one with the smallest index does
  std::vector<int> cycle;  // where there is no such order: the nodes of one cycle, each read by the next
};

// `reads[i]`: the nodes that node i reads from, duplicates allowed.
TopologicalOrder topological_order(const std::vector<std::vector<int>>& reads);

}  // namespace yy
