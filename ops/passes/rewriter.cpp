#include "ops/passes/rewriter.h"

#include <algorithm>

namespace yy {
namespace {

std::size_t at(ValueId id) {
  return static_cast<std::size_t>(id);
}

}  // namespace

Rewriter::Rewriter(Graph& graph) : graph_(graph) {
  graph.prune();
  uses_.resize(graph.values.size(), 0);
  readers_.resize(graph.values.size(), 0);
  producers_ = graph.producers();
  for (int n = 0; n < size(); ++n) count(n, 1);
  for (ValueId id : graph.outputs) ++uses_[at(id)];
}

int Rewriter::producer(ValueId id) const {
  return id == no_value || at(id) >= producers_.size() ? -1 : producers_[at(id)];
}

int Rewriter::sole_reader(ValueId id) const {
  return uses(id) == 1 ? static_cast<int>(readers_[at(id)]) - 1 : -1;
}

int Rewriter::uses(ValueId id) const {
  return id == no_value || at(id) >= uses_.size() ? 0 : uses_[at(id)];
}

void Rewriter::count(int n, int sign) {
  for (ValueId id : node(n).inputs) {
    if (id == no_value) continue;
    uses_[at(id)] += sign;
    readers_[at(id)] += sign * (n + 1);
  }
}

void Rewriter::replace(int n, Node replacement) {
  uses_.resize(graph_.values.size(), 0);  // a pass may have added values
  readers_.resize(graph_.values.size(), 0);
  producers_.resize(graph_.values.size(), -1);
  Node& place = graph_.nodes[static_cast<std::size_t>(n)];
  std::vector<int> perhaps_unread;
  for (ValueId id : place.inputs) perhaps_unread.push_back(producer(id));
  for (ValueId id : place.outputs) {
    if (id != no_value) producers_[at(id)] = -1;
  }
  count(n, -1);
  place = std::move(replacement);
  count(n, 1);
  for (ValueId id : place.outputs) {
    if (id == no_value) continue;
    const int other = producers_[at(id)];
    producers_[at(id)] = n;
    if (other < 0) continue;
    std::vector<ValueId>& theirs = graph_.nodes[static_cast<std::size_t>(other)].outputs;
    std::replace(theirs.begin(), theirs.end(), id, no_value);
    perhaps_unread.push_back(other);
  }
  drop_unread(std::move(perhaps_unread));
}

void Rewriter::drop_unread(std::vector<int> nodes) {
  while (!nodes.empty()) {
    const int n = nodes.back();
    nodes.pop_back();
    if (n < 0 || node(n).op == nullptr) continue;
    const auto& outputs = node(n).outputs;
    if (std::any_of(outputs.begin(), outputs.end(), [&](ValueId id) { return uses(id) > 0; })) continue;
    count(n, -1);
    for (ValueId id : node(n).inputs) nodes.push_back(producer(id));
    graph_.nodes[static_cast<std::size_t>(n)] = {};
  }
}

void Rewriter::finish() {
  std::erase_if(graph_.nodes, [](const Node& node) { return node.op == nullptr; });
}

}  // namespace yy
