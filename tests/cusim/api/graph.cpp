// Graphs: made, given conditional nodes, instantiated, launched.
#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "tests/cusim/api/call.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {
namespace {

// What a cudaGraphExec_t points to. A launch keeps the instance for itself.
struct Executable {
  std::shared_ptr<Instance> instance = std::make_shared<Instance>();
  std::shared_ptr<const void> existence = std::make_shared<char>();
};

Executable& executable_of(cudaGraphExec_t handle) {
  return *reinterpret_cast<Executable*>(handle);
}

unsigned long long condition_handles = 0;

bool unused_is_zero(const cudaGraphNodeParams& params) {
  const auto is_zero = [](const auto& value) { return value == 0; };
  const auto* used = std::begin(params.reserved1) + sizeof(params.conditional) / sizeof(params.reserved1[0]);
  return std::all_of(std::begin(params.reserved0), std::end(params.reserved0), is_zero) &&
         std::all_of(used, std::end(params.reserved1), is_zero) && params.reserved2 == 0;
}

cudaError_t check_conditional(Graph& graph, const cudaConditionalNodeParams& params) {
  if (params.type != cudaGraphCondTypeIf && params.type != cudaGraphCondTypeWhile) {
    report("a conditional node is neither an if nor a while; the simulation has no other");
    return cudaErrorNotSupported;
  }
  if (params.size != 1 && (params.size != 2 || params.type == cudaGraphCondTypeWhile)) {
    return cudaErrorInvalidValue;
  }
  const Condition* condition = find_condition(graph, params.handle);
  if (condition != nullptr && !condition->has_node) return cudaSuccess;
  report(fmt::format("a conditional node is added with the handle {}, which {}", params.handle,
                     condition == nullptr ? "is not of its graph" : "another node has"));
  return cudaErrorInvalidValue;
}

GraphNode& add_conditional(Graph& graph, const std::vector<cudaGraphNode_t>& after,
                           cudaConditionalNodeParams& params) {
  const bool repeats = params.type == cudaGraphCondTypeWhile;
  GraphNode& node = add_node(graph, {{}, cudaGraphNodeTypeConditional, repeats ? "while" : "if"}, after);
  node.conditional = std::make_unique<Conditional>();
  node.conditional->handle = params.handle;
  node.conditional->type = params.type;
  for (unsigned i = 0; i < params.size; ++i) {
    node.conditional->bodies.push_back(std::make_unique<Graph>());
    node.conditional->bodies[i]->owner = &node;
    node.conditional->body_handles.push_back(node.conditional->bodies[i].get());
  }
  params.phGraph_out = node.conditional->body_handles.data();
  find_condition(graph, params.handle)->has_node = true;
  return node;
}

cudaError_t launch(const std::shared_ptr<Instance>& instance, cudaStream_t handle) {
  Stream* stream = find_stream(handle);
  if (stream != nullptr && stream->capture != nullptr && !instance->conditions.empty()) {
    report("a graph with conditional nodes is launched while its stream is captured");
    return refuse_captured(*stream);
  }
  return enqueue(handle, {[instance] { return run_instance(*instance); }, cudaGraphNodeTypeGraph, "graph"});
}

cudaError_t instantiate_as(cudaGraphExec_t* exec, cudaGraph_t graph) {
  if (exec == nullptr || graph == nullptr) return cudaErrorInvalidValue;
  *exec = nullptr;
  auto made = std::make_unique<Executable>();
  const cudaError_t error = instantiate(*graph, *made->instance);
  if (error != cudaSuccess) return error;
  graph->executable = made->existence;
  *exec = reinterpret_cast<cudaGraphExec_t>(made.release());
  return cudaSuccess;
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

cudaError_t cudaGraphCreate(cudaGraph_t* graph, unsigned flags) {
  return call([&] {
    if (graph == nullptr || flags != 0) return cudaErrorInvalidValue;
    *graph = new Graph;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphConditionalHandleCreate(cudaGraphConditionalHandle* handle, cudaGraph_t graph,
                                             unsigned default_value, unsigned flags) {
  return call([&] {
    if (handle == nullptr || graph == nullptr) return cudaErrorInvalidValue;
    if ((flags & ~static_cast<unsigned>(cudaGraphCondAssignDefault)) != 0) return cudaErrorInvalidValue;
    *handle = ++condition_handles;
    Condition& condition = graph->conditions[*handle];
    condition.default_value = default_value;
    condition.has_default = flags == cudaGraphCondAssignDefault;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphAddNode(cudaGraphNode_t* node, cudaGraph_t graph, const cudaGraphNode_t* dependencies,
                             const cudaGraphEdgeData* edges, std::size_t count, cudaGraphNodeParams* params) {
  return call([&] {
    if (node == nullptr || graph == nullptr || params == nullptr) return cudaErrorInvalidValue;
    if (edges != nullptr) return refuse_edge_data();
    if (params->type != cudaGraphNodeTypeConditional) {
      report("a node is added to a graph that is not conditional; the simulation captures all others");
      return cudaErrorNotSupported;
    }
    if (!unused_is_zero(*params) || (dependencies == nullptr && count != 0)) return cudaErrorInvalidValue;
    const std::vector<cudaGraphNode_t> after(dependencies, dependencies + count);
    if (!are_nodes_of(*graph, after)) return cudaErrorInvalidValue;
    const cudaError_t error = check_conditional(*graph, params->conditional);
    if (error == cudaSuccess) *node = &add_conditional(*graph, after, params->conditional);
    return error;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  return call([&] { return instantiate_as(exec, graph); });
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  return call([&] { return instantiate_as(exec, graph); });
}

cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t stream) {
  return call(stream, [] { return cudaSuccess; });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  return call(stream, [&] {
    describe_call("graph");
    return launch(executable_of(exec).instance, stream);
  });
}

// A body goes with the node that has it.
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  return ending_call([&] {
    if (graph == nullptr || graph->owner != nullptr || is_captured_into(*graph)) return cudaErrorInvalidValue;
    delete graph;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  return ending_call([&] {
    delete &executable_of(exec);
    return cudaSuccess;
  });
}
