#include "tests/cusim/streams/graph.h"

#include <algorithm>
#include <fmt/format.h>

#include "tests/cusim/device/graph.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/grid.h"
#include "tests/cusim/engine/log.h"
#include "tests/cusim/engine/settings.h"

namespace yy::cusim {
namespace {

// Of the graph that runs; null if none does.
Conditions* running_conditions = nullptr;

std::unique_ptr<Graph> copy_of(const Graph& graph) {
  auto copy = std::make_unique<Graph>();
  for (const auto& node : graph.nodes) {
    std::vector<cudaGraphNode_t> after;
    for (const GraphNode* earlier : node->after) after.push_back(copy->nodes[earlier->number].get());
    GraphNode& added = add_node(*copy, node->task, std::move(after));
    if (node->conditional == nullptr) continue;
    added.conditional = std::make_unique<Conditional>();
    added.conditional->handle = node->conditional->handle;
    added.conditional->type = node->conditional->type;
    for (const auto& body : node->conditional->bodies) added.conditional->bodies.push_back(copy_of(*body));
  }
  return copy;
}

const char* why_not_in_a_body(const GraphNode& node) {
  switch (node.task.type) {
    case cudaGraphNodeTypeHost:
      return "calls a function of the host";
    case cudaGraphNodeTypeGraph:
      return "launches a graph, which the simulation does not do there";
    default:
      return nullptr;
  }
}

// Looks through a graph and its bodies, and collects the conditions.
cudaError_t check(const Graph& graph, Conditions& conditions) {
  for (const auto& [handle, condition] : graph.conditions) {
    if (!condition.has_node) {
      report(
          fmt::format("a graph with the conditional handle {}, which no node has, is instantiated", handle));
      return cudaErrorInvalidValue;
    }
    conditions[handle] = condition;
  }
  for (const auto& node : graph.nodes) {
    const char* reason = graph.owner == nullptr ? nullptr : why_not_in_a_body(*node);
    if (reason != nullptr) {
      report(fmt::format("the body of a conditional node {}", reason));
      return cudaErrorNotSupported;
    }
    if (node->conditional == nullptr) continue;
    for (const auto& body : node->conditional->bodies) {
      const cudaError_t error = check(*body, conditions);
      if (error != cudaSuccess) return error;
    }
  }
  return cudaSuccess;
}

std::size_t choose(const std::vector<GraphNode*>& ready) {
  const auto by_number = [](const GraphNode* a, const GraphNode* b) { return a->number < b->number; };
  switch (settings().schedule.order) {
    case Schedule::Order::forward:
      return static_cast<std::size_t>(std::min_element(ready.begin(), ready.end(), by_number) -
                                      ready.begin());
    case Schedule::Order::reverse:
      return static_cast<std::size_t>(std::max_element(ready.begin(), ready.end(), by_number) -
                                      ready.begin());
    case Schedule::Order::random:
      return random_below(ready.size());
  }
  return 0;
}

cudaError_t run_node(const GraphNode& node);

cudaError_t run_nodes(const Graph& graph) {
  std::vector<std::size_t> missing(graph.nodes.size(), 0);
  std::vector<GraphNode*> ready;
  std::vector<std::vector<GraphNode*>> before(graph.nodes.size());
  for (const auto& node : graph.nodes) {
    missing[node->number] = node->after.size();
    for (const GraphNode* earlier : node->after) before[earlier->number].push_back(node.get());
    if (node->after.empty()) ready.push_back(node.get());
  }
  while (!ready.empty()) {
    const std::size_t at = choose(ready);
    const GraphNode& node = *ready[at];
    ready[at] = ready.back();
    ready.pop_back();
    const cudaError_t error = run_node(node);
    if (error != cudaSuccess) return error;
    for (GraphNode* later : before[node.number]) {
      if (--missing[later->number] == 0) ready.push_back(later);
    }
  }
  return cudaSuccess;
}

cudaError_t run_body(const Graph& body) {
  const RunningWork logged("body");
  return run_nodes(body);
}

cudaError_t run_while(const Conditional& conditional, const Condition& condition) {
  constexpr int most_rounds = 1'000'000;
  for (int rounds = 0; *condition.value != 0; ++rounds) {
    if (rounds == most_rounds) {
      report(fmt::format("the body of a while node has run {} times: it seems to have no end", most_rounds));
      return cudaErrorLaunchTimeout;
    }
    const cudaError_t error = run_body(*conditional.bodies[0]);
    if (error != cudaSuccess) return error;
  }
  return cudaSuccess;
}

cudaError_t run_conditional(const Conditional& conditional) {
  const Condition& condition = running_conditions->at(conditional.handle);
  if (!condition.value.has_value()) {
    report(fmt::format(
        "a conditional node reads the handle {}, which has no default and was not set in this launch",
        conditional.handle));
    return cudaErrorLaunchFailure;
  }
  if (conditional.type == cudaGraphCondTypeWhile) return run_while(conditional, condition);
  const std::size_t body = *condition.value != 0 ? 0 : 1;
  return body < conditional.bodies.size() ? run_body(*conditional.bodies[body]) : cudaSuccess;
}

cudaError_t run_node(const GraphNode& node) {
  const RunningWork logged(node.task.what);
  return node.conditional != nullptr ? run_conditional(*node.conditional) : node.task.run();
}

}  // namespace

bool are_nodes_of(const Graph& graph, const std::vector<cudaGraphNode_t>& nodes) {
  for (auto at = nodes.begin(); at != nodes.end(); ++at) {
    const auto is_it = [&](const auto& node) { return node.get() == *at; };
    if (std::none_of(graph.nodes.begin(), graph.nodes.end(), is_it)) return false;
    if (std::find(nodes.begin(), at, *at) != at) return false;
  }
  return true;
}

GraphNode& add_node(Graph& graph, Task task, std::vector<cudaGraphNode_t> after) {
  auto node = std::make_unique<GraphNode>();
  node->graph = &graph;
  node->number = graph.nodes.size();
  node->task = std::move(task);
  node->after = std::move(after);
  graph.nodes.push_back(std::move(node));
  return *graph.nodes.back();
}

Condition* find_condition(Graph& graph, cudaGraphConditionalHandle handle) {
  const auto at = graph.conditions.find(handle);
  if (at != graph.conditions.end()) return &at->second;
  return graph.owner == nullptr ? nullptr : find_condition(*graph.owner->graph, handle);
}

cudaError_t instantiate(const Graph& graph, Instance& instance) {
  if (graph.owner != nullptr) {
    report("the body of a conditional node is instantiated by itself");
    return cudaErrorInvalidValue;
  }
  const cudaError_t error = check(graph, instance.conditions);
  if (error != cudaSuccess) return error;
  if (!instance.conditions.empty() && !graph.executable.expired()) {
    report("a graph with conditional nodes is instantiated a second time");
    return cudaErrorInvalidValue;
  }
  instance.graph = copy_of(graph);
  return cudaSuccess;
}

cudaError_t refuse_edge_data() {
  report("edges of a graph were given data, which the simulation does not know");
  return cudaErrorNotSupported;
}

cudaError_t run_instance(Instance& instance) {
  for (auto& [handle, condition] : instance.conditions) {
    condition.setter.reset();
    condition.value.reset();
    if (condition.has_default) condition.value = condition.default_value;
  }
  Conditions* outer = std::exchange(running_conditions, &instance.conditions);
  const cudaError_t error = run_nodes(*instance.graph);
  running_conditions = outer;
  return error;
}

}  // namespace yy::cusim

using namespace yy::cusim;

void cudaGraphSetConditional(cudaGraphConditionalHandle handle, unsigned value) {
  const EngineCall in_engine;
  Condition* condition = nullptr;
  if (running_conditions != nullptr) {
    const auto at = running_conditions->find(handle);
    if (at != running_conditions->end()) condition = &at->second;
  }
  if (condition == nullptr) fail("sets the conditional handle {}, which the running graph has not", handle);
  const Thread& thread = *running_thread();
  const Condition::Setter now = {running_launch_number(), thread.block->number, thread.number};
  const auto& before = condition->setter;
  if (before.has_value() && before->launch == now.launch &&
      (before->block != now.block || before->thread != now.thread)) {
    fail("sets the conditional handle {}, which thread {} of block {} has set in the same launch", handle,
         before->thread, before->block);
  }
  condition->setter = now;
  condition->value = value;
}
