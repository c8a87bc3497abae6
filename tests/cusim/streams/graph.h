// Graphs: nodes that run in one of the orders that their dependencies leave open. A conditional node has
// graphs of its own, its bodies; the value of its condition says at run time which of them runs, and how
// often.
#pragma once

#include <map>
#include <optional>

#include "tests/cusim/streams/stream.h"

namespace yy::cusim {

// What a cudaGraphConditionalHandle stands for.
struct Condition {
  unsigned default_value = 0;
  bool has_default = false;
  bool has_node = false;               // which is one at most
  std::optional<unsigned> value = {};  // in the running launch: none until it is set, or has a default
  struct Setter {
    unsigned launch, block, thread;
  };
  std::optional<Setter> setter = {};
};

using Conditions = std::map<cudaGraphConditionalHandle, Condition>;

struct Conditional {
  cudaGraphConditionalHandle handle = 0;
  cudaGraphConditionalNodeType type = cudaGraphCondTypeIf;
  std::vector<std::unique_ptr<CUgraph_st>> bodies;
  std::vector<cudaGraph_t> body_handles;  // the same, as the program gets them
};

}  // namespace yy::cusim

// These two have the names that CUDA's header declares, so that its handles point to them.
struct CUgraphNode_st {
  cudaGraph_t graph = nullptr;  // that it is in
  std::size_t number = 0;       // there
  yy::cusim::Task task;         // runs nothing for a conditional node
  std::vector<cudaGraphNode_t> after;
  std::unique_ptr<yy::cusim::Conditional> conditional;
};

struct CUgraph_st {
  std::vector<std::unique_ptr<CUgraphNode_st>> nodes;
  cudaGraphNode_t owner = nullptr;  // of a body
  yy::cusim::Conditions conditions;
  std::weak_ptr<const void> executable;  // that was made of it and is not destroyed
};

namespace yy::cusim {

using Graph = CUgraph_st;
using GraphNode = CUgraphNode_st;

// A graph that can be launched: a copy, with conditions of its own.
struct Instance {
  std::unique_ptr<Graph> graph;
  Conditions conditions;
};

// Whether all are nodes of the graph, and no two the same.
bool are_nodes_of(const Graph& graph, const std::vector<cudaGraphNode_t>& nodes);

GraphNode& add_node(Graph& graph, Task task, std::vector<cudaGraphNode_t> after);

// The condition of this graph, or of one that it is in the body of; null where there is none.
Condition* find_condition(Graph& graph, cudaGraphConditionalHandle handle);

// Fills `instance`, unless an error, which is reported too, says why CUDA does not take such a graph.
cudaError_t instantiate(const Graph& graph, Instance& instance);

// Edges with data are refused.
cudaError_t refuse_edge_data();

// Runs all nodes. The conditions begin anew.
cudaError_t run_instance(Instance& instance);

}  // namespace yy::cusim
