// Shape inference and constant folding go hand in hand: shapes may depend on constants (Reshape), and
// constants on shapes (Shape).
#include <algorithm>

#include "ops/passes/passes.h"
#include "runtime/error.h"

namespace yy {
namespace {

bool all_typed(const Graph& graph, const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    return id == no_value || (graph.value(id).typed && graph.value(id).desc.shape.known());
  });
}

bool all_constant(const std::vector<OpInput>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(),
                     [](const OpInput& input) { return !input.present || input.constant; });
}

// A few bytes of a file must not make us fill the machine's memory with a constant.
void check_size(const std::vector<TensorDesc>& outputs) {
  constexpr std::size_t most = std::size_t{1} << 30;
  for (const TensorDesc& desc : outputs) {
    if (desc.bytes() > most) {
      throw Error(ErrorCode::model, "its constant result " + desc.text() + " is larger than 1 GiB");
    }
  }
}

// Runs one node whose inputs are all constant. Empty where the device has no kernel for it.
std::vector<Tensor> evaluate(const Node& node, const std::vector<OpInput>& inputs,
                             const std::vector<TensorDesc>& outputs, const Backend& evaluator) {
  WeightStore weights;
  KernelOrRefusal made = evaluator.make_kernel({*node.op, inputs, outputs, 1, weights});
  const auto* kernel = std::get_if<Kernel>(&made);
  if (kernel == nullptr) return {};
  if (kernel->is_view) return {inputs[0].constant->reshaped(outputs[0].shape)};
  std::vector<Tensor> results;
  Binding binding;
  for (const OpInput& input : inputs)
    binding.inputs.push_back(input.present ? input.constant->view() : TensorView{});
  for (const TensorDesc& desc : outputs) {
    results.emplace_back(desc);
    binding.outputs.push_back(results.back().view());
  }
  const Buffer workspace = evaluator.allocate(kernel->workspace_bytes);
  binding.workspace = workspace.data();
  const Launch launch = kernel->bind(binding);
  const auto stream = evaluator.new_stream(1);
  stream->run({&launch, 1});
  stream->wait();
  return results;
}

void propagate_node(Graph& graph, Node& node, const Backend& evaluator) {
  const std::vector<OpInput> inputs = graph.op_inputs(node);
  const std::vector<TensorDesc> descs = node.op->infer(inputs);
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == no_value) continue;
    if (i >= descs.size()) {
      throw Error(ErrorCode::model, "output '" + graph.value(node.outputs[i]).name + "' is not supported");
    }
    Value& value = graph.value(node.outputs[i]);
    value.desc = descs[i];
    value.typed = true;
  }
  if (all_constant(inputs)) check_size(descs);
  std::vector<Tensor> results;
  if (auto folded = node.op->fold(inputs)) {
    results.push_back(std::move(*folded));
  } else if (!inputs.empty() && all_constant(inputs)) {
    results = evaluate(node, inputs, descs, evaluator);
  }
  for (std::size_t i = 0; i < std::min(results.size(), node.outputs.size()); ++i) {
    if (node.outputs[i] != no_value) graph.value(node.outputs[i]).constant = std::move(results[i]);
  }
}

}  // namespace

void propagate(Graph& graph, const Backend& evaluator, bool whole) {
  for (Node& node : graph.nodes) {
    if (!all_typed(graph, node)) {
      if (whole) throw Error(ErrorCode::model, "an input has no known shape").within(node.label());
      continue;
    }
    try {
      propagate_node(graph, node, evaluator);
    } catch (const Error& error) {
      throw error.within(node.label());
    }
  }
  // A node whose outputs are all constants has done its work.
  std::erase_if(graph.nodes, [&](const Node& node) {
    return std::all_of(node.outputs.begin(), node.outputs.end(),
                       [&](ValueId id) { return id == no_value || graph.value(id).constant; });
  });
  graph.prune();
}

}  // namespace yy
