// Mul(x, Sigmoid(x)) is Swish with alpha 1, and Mul(x, HardSigmoid(x)) with 1/6 and 0.5 is HardSwish.
#include <cmath>

#include "ops/passes/match.h"
#include "ops/passes/passes.h"
#include "ops/unary.h"

namespace yy {
namespace {

// What x * gate(x) is called, where it has a name.
std::optional<Activation> gated(const Activation& gate) {
  if (gate.kind == Activation::Kind::sigmoid) return Activation{.kind = Activation::Kind::swish, .alpha = 1};
  const bool hard = gate.kind == Activation::Kind::hard_sigmoid && std::abs(gate.alpha - 1.0 / 6) < 1e-6 &&
                    std::abs(gate.beta - 0.5) < 1e-6;
  if (hard) return Activation{.kind = Activation::Kind::hard_swish};
  return std::nullopt;
}

void recognise(Rewriter& graph, int n) {
  const auto* mul = graph.as<Binary>(n);
  if (mul == nullptr || mul->kind() != Binary::Kind::mul) return;
  const Node node = graph.node(n);
  for (std::size_t i = 0; i < 2; ++i) {
    const ValueId x = node.inputs[i];
    const int g = graph.producer(node.inputs[1 - i]);
    const auto* gate = graph.as<Unary>(g);
    if (gate == nullptr || graph.node(g).inputs[0] != x || graph.value(x).desc.dtype != DType::f32) continue;
    const auto function = gated(gate->function(graph.graph().op_inputs(graph.node(g))));
    if (!function) continue;
    graph.replace(n, {node.name, std::make_shared<Unary>(*function), {x}, node.outputs});
    return;
  }
}

}  // namespace

void recognise_swish(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) recognise(rewriter, n);
  rewriter.finish();
}

}  // namespace yy
