// HardSigmoid and HardSwish written out, as TensorFlow's and older PyTorch's exporters do:
// Clip(x + 3, 0, 6) / 6 and x * Clip(x + 3, 0, 6) / 6.
#include "ops/passes/match.h"
#include "ops/passes/passes.h"
#include "ops/unary.h"

namespace yy {
namespace {

using Kind = Binary::Kind;

// The x of Clip(x + 3, 0, 6).
std::optional<ValueId> shifted_clip(const Rewriter& graph, ValueId result) {
  const int n = graph.producer(result);
  const auto* clip = graph.as<Unary>(n);
  if (clip == nullptr || graph.value(result).desc.dtype != DType::f32) return std::nullopt;
  const Activation f = clip->function(graph.graph().op_inputs(graph.node(n)));
  if (f.kind != Activation::Kind::clip || f.low != 0 || f.high != 6) return std::nullopt;
  return with_number(graph, graph.node(n).inputs[0], Kind::add, 3);
}

// The x of x * Clip(x + 3, 0, 6).
std::optional<ValueId> gated(const Rewriter& graph, ValueId result) {
  const int n = graph.producer(result);
  const auto* mul = graph.as<Binary>(n);
  if (mul == nullptr || mul->kind() != Kind::mul) return std::nullopt;
  const auto& operands = graph.node(n).inputs;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto x = shifted_clip(graph, operands[i]);
    if (x && *x == operands[1 - i]) return x;
  }
  return std::nullopt;
}

void recognise(Rewriter& graph, int n) {
  if (graph.as<Binary>(n) == nullptr) return;
  const Node node = graph.node(n);
  const auto whole = divided_by(graph, node.outputs[0], 6);
  if (!whole) return;
  if (const auto x = gated(graph, *whole)) {
    const Activation function{.kind = Activation::Kind::hard_swish};
    graph.replace(n, {node.name, std::make_shared<Unary>(function), {*x}, node.outputs});
  } else if (const auto y = shifted_clip(graph, *whole)) {
    const Activation function{.kind = Activation::Kind::hard_sigmoid, .alpha = 1.F / 6, .beta = 0.5F};
    graph.replace(n, {node.name, std::make_shared<Unary>(function), {*y}, node.outputs});
  }
}

}  // namespace

void recognise_hard_swish(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) recognise(rewriter, n);
  rewriter.finish();
}

}  // namespace yy
