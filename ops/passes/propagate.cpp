// Shape inference and constant folding go hand in hand: shapes may depend on constants (Reshape), and
// constants on shapes (Shape). A node that fails does not end the search: what depends on it is passed over
// in silence, all else is looked at, and one error names every node that failed.
#include <algorithm>

#include "ops/passes/passes.h"
#include "runtime/error.h"
#include "runtime/problems.h"

namespace yy {
namespace {

bool all_typed(const Graph& graph, const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    return id == no_value || (graph.value(id).typed && graph.value(id).desc.shape.known());
  });
}

// Later passes read a node's required inputs, whether infer() could look at it by then or not.
void check_required(const Node& node) {
  for (std::size_t i = 0; i < node.op->required_inputs(); ++i) {
    if (i < node.inputs.size() && node.inputs[i] != no_value) continue;
    throw Error(ErrorCode::model, "input " + std::to_string(i) + " is missing");
  }
}

bool all_constant(const std::vector<OpInput>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(),
                     [](const OpInput& input) { return !input.present || input.constant; });
}

// A few bytes of a file must not make us fill the machine's memory with constants.
class ConstantBudget {
 public:
  void take(const std::vector<TensorDesc>& outputs) {
    for (const TensorDesc& desc : outputs) {
      if (desc.bytes() > most_each) {
        throw Error(ErrorCode::model, "its constant result " + desc.text() + " is larger than 1 GiB");
      }
      if (desc.bytes() > left_) {
        throw Error(ErrorCode::model, "its constant result " + desc.text() +
                                          " makes more than 4 GiB together with those before");
      }
      left_ -= desc.bytes();
    }
  }

 private:
  static constexpr std::size_t most_each = std::size_t{1} << 30;
  std::size_t left_ = 4 * most_each;
};

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

void propagate_node(Graph& graph, Node& node, const Backend& evaluator, ConstantBudget& budget) {
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
  if (all_constant(inputs)) budget.take(descs);
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

using Failed = std::vector<bool>;  // per value: it comes from a node that failed, or that depends on one

bool reads_failed(const Node& node, const Failed& failed) {
  return std::any_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) { return id != no_value && failed[static_cast<std::size_t>(id)]; });
}

void mark_failed(const Node& node, Failed& failed) {
  for (ValueId id : node.outputs) {
    if (id != no_value) failed[static_cast<std::size_t>(id)] = true;
  }
}

}  // namespace

void propagate(Graph& graph, const Backend& evaluator, bool whole) {
  Problems problems;
  ConstantBudget budget;
  Failed failed(graph.values.size(), false);
  for (Node& node : graph.nodes) {
    if (reads_failed(node, failed)) {
      mark_failed(node, failed);
      continue;
    }
    try {
      if (all_typed(graph, node)) {
        propagate_node(graph, node, evaluator, budget);
      } else {
        check_required(node);
        if (whole) throw Error(ErrorCode::model, "an input has no known shape");
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::model) throw error.within(node.label());
      problems.add(error.within(node.label()).what());
      mark_failed(node, failed);
    }
  }
  problems.throw_if_any();
  // A node whose outputs are all constants has done its work.
  std::erase_if(graph.nodes, [&](const Node& node) {
    return std::all_of(node.outputs.begin(), node.outputs.end(),
                       [&](ValueId id) { return id == no_value || graph.value(id).constant; });
  });
  graph.prune();
}

}  // namespace yy
