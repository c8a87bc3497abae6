#include "onnx/private/topological_order.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>

namespace yy {
namespace {

// Every node that is left waits for another one that is left: following them must come back somewhere.
std::vector<int> find_cycle(const std::vector<std::vector<int>>& reads, const std::vector<int>& waiting) {
  const auto is_left = [&](int node) { return waiting[static_cast<std::size_t>(node)] > 0; };
  int node = 0;
  while (!is_left(node)) ++node;
  std::vector<int> step_of(reads.size(), -1), path;
  while (step_of[static_cast<std::size_t>(node)] < 0) {
    step_of[static_cast<std::size_t>(node)] = static_cast<int>(path.size());
    path.push_back(node);
    const auto& from = reads[static_cast<std::size_t>(node)];
    node = *std::find_if(from.begin(), from.end(), is_left);
  }
  std::vector<int> cycle(path.begin() + step_of[static_cast<std::size_t>(node)], path.end());
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

}  // namespace

TopologicalOrder topological_order(const std::vector<std::vector<int>>& reads) {
  std::vector<std::vector<int>> readers(reads.size());
  std::vector<int> waiting(reads.size(), 0);
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    for (int from : reads[i]) readers[static_cast<std::size_t>(from)].push_back(static_cast<int>(i));
    waiting[i] = static_cast<int>(reads[i].size());
    if (reads[i].empty()) ready.push(static_cast<int>(i));
  }
  TopologicalOrder result;
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    result.order.push_back(node);
    for (int reader : readers[static_cast<std::size_t>(node)]) {
      if (--waiting[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
    }
  }
  if (result.order.size() < reads.size()) result.cycle = find_cycle(reads, waiting);
  return result;
}

}  // namespace yy
