#include <algorithm>

#include "ops/binary.h"
#include "ops/conv.h"
#include "ops/gemm.h"
#include "ops/passes/passes.h"
#include "ops/unary.h"

namespace yy {
namespace {

struct Consumers {
  std::vector<int> uses;       // per value
  std::vector<int> only_node;  // per value: the last node that reads it; the only one where uses is 1

  explicit Consumers(const Graph& graph) : uses(graph.count_uses()), only_node(graph.values.size(), -1) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      for (ValueId id : graph.nodes[n].inputs) {
        if (id != no_value) only_node[static_cast<std::size_t>(id)] = static_cast<int>(n);
      }
    }
  }

  // The node that alone reads `id`, or -1.
  int sole(ValueId id) const {
    const auto i = static_cast<std::size_t>(id);
    return uses[i] == 1 ? only_node[i] : -1;
  }
};

// A convolution's own result added to another value of the same shape, computed before the convolution's
// place in the order or movable before it: the node is moved to where the addition stood.
bool take_residual(Graph& graph, const Consumers& consumers, std::size_t n) {
  const Node conv_node = graph.nodes[n];
  const auto* conv = dynamic_cast<const Conv*>(conv_node.op.get());
  if (conv == nullptr || conv->epilogue().activation || conv->epilogue().residual) return false;
  const ValueId result = conv_node.outputs[0];
  const int at = consumers.sole(result);
  if (at < 0) return false;
  const Node& add = graph.nodes[static_cast<std::size_t>(at)];
  const auto* binary = dynamic_cast<const Binary*>(add.op.get());
  if (binary == nullptr || binary->kind() != Binary::Kind::add) return false;
  const ValueId other = add.inputs[0] == result ? add.inputs[1] : add.inputs[0];
  const Value& residual = graph.value(other);
  if (residual.constant || residual.desc.shape != graph.value(result).desc.shape) return false;

  Node fused = conv_node;
  Epilogue epilogue = conv->epilogue();
  epilogue.residual = true;
  fused.op = conv->with(epilogue);
  fused.inputs.resize(4, no_value);
  fused.inputs[3] = other;
  fused.outputs = add.outputs;
  graph.nodes[static_cast<std::size_t>(at)] = std::move(fused);
  graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(n));
  return true;
}

std::shared_ptr<const Op> with_activation(const Op& op, const Activation& activation) {
  if (const auto* conv = dynamic_cast<const Conv*>(&op)) {
    if (conv->epilogue().activation) return nullptr;
    Epilogue epilogue = conv->epilogue();
    epilogue.activation = activation;
    return conv->with(epilogue);
  }
  if (const auto* gemm = dynamic_cast<const Gemm*>(&op)) {
    if (gemm->fields().activation) return nullptr;
    Gemm::Fields fields = gemm->fields();
    fields.activation = activation;
    return std::make_shared<Gemm>(fields);
  }
  return nullptr;
}

bool take_activation(Graph& graph, const Consumers& consumers, std::size_t n) {
  Node& node = graph.nodes[n];
  const int at = consumers.sole(node.outputs[0]);
  if (at < 0) return false;
  const Node& next = graph.nodes[static_cast<std::size_t>(at)];
  const auto* unary = dynamic_cast<const Unary*>(next.op.get());
  if (unary == nullptr || next.inputs[0] != node.outputs[0]) return false;
  auto fused = with_activation(*node.op, unary->function(graph.op_inputs(next)));
  if (fused == nullptr) return false;
  node.op = std::move(fused);
  node.outputs = next.outputs;
  graph.nodes.erase(graph.nodes.begin() + at);
  return true;
}

// Applies `rule` to nodes from the last to the first until none takes; later nodes first, so that of two
// convolutions that feed one addition the later hosts it and the other's result is ready.
template <class Rule>
void apply(Graph& graph, const Rule& rule) {
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    const Consumers consumers(graph);
    if (n < graph.nodes.size()) rule(graph, consumers, n);
  }
}

}  // namespace

void fuse_epilogue(Graph& graph) {
  apply(graph, take_residual);
  apply(graph, take_activation);
}

}  // namespace yy
