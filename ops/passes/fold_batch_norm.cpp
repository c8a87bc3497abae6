// conv, then y = factor[c] * x + offset[c]: the factor goes into the weights, the offset into the bias.
#include "ops/batch_norm.h"
#include "ops/conv.h"
#include "ops/inputs.h"
#include "ops/passes/passes.h"

namespace yy {
namespace {

Tensor scaled_weights(const Tensor& weights, const std::vector<double>& factor) {
  Tensor result(weights.desc());
  const auto from = weights.as<float>();
  const auto to = result.as_mutable<float>();
  const std::size_t per_channel = from.size() / factor.size();
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = static_cast<float>(from[i] * factor[i / per_channel]);
  return result;
}

Tensor folded_bias(const Tensor* bias, const BatchNorm::Affine& affine) {
  const auto channels = static_cast<std::int64_t>(affine.factor.size());
  Tensor result({Shape{channels}, DType::f32, Layout::row_major});
  const auto to = result.as_mutable<float>();
  for (std::size_t c = 0; c < affine.factor.size(); ++c) {
    const double before = bias ? bias->as<float>()[c] : 0.0;
    to[c] = static_cast<float>(before * affine.factor[c] + affine.offset[c]);
  }
  return result;
}

bool has_constants(const Graph& graph, const Node& node, std::size_t from) {
  for (std::size_t i = from; i < node.inputs.size(); ++i) {
    if (node.inputs[i] != no_value && !graph.value(node.inputs[i]).constant) return false;
  }
  return true;
}

}  // namespace

void fold_batch_norm(Graph& graph) {
  std::vector<int> uses = graph.count_uses();
  const std::vector<int> producers = graph.producers();
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node norm = graph.nodes[n];
    const auto* batch_norm = dynamic_cast<const BatchNorm*>(norm.op.get());
    if (batch_norm == nullptr || norm.inputs.size() != 5 || !has_constants(graph, norm, 1)) continue;
    const int producer = producers[static_cast<std::size_t>(norm.inputs[0])];
    if (producer < 0 || uses[static_cast<std::size_t>(norm.inputs[0])] != 1) continue;
    Node& node = graph.nodes[static_cast<std::size_t>(producer)];
    const auto* conv = dynamic_cast<const Conv*>(node.op.get());
    if (conv == nullptr || !has_constants(graph, node, 1) || conv->epilogue().activation ||
        conv->epilogue().residual) {
      continue;
    }
    const Tensor& weights = *graph.value(node.inputs[1]).constant;
    const auto affine = batch_norm->affine(graph.op_inputs(norm));
    if (weights.shape().rank() == 0 || weights.shape()[0] != static_cast<std::int64_t>(affine.factor.size()))
      continue;
    const std::vector<OpInput> inputs = graph.op_inputs(node);
    const OpInput* old_bias = maybe(inputs, 2);
    Tensor bias = folded_bias(old_bias ? old_bias->constant : nullptr, affine);
    Tensor folded = scaled_weights(weights, affine.factor);
    node.inputs.resize(3, no_value);
    const std::string name = graph.value(norm.outputs[0]).name;
    node.inputs[1] = graph.add_constant(name + ".weights", std::move(folded));
    node.inputs[2] = graph.add_constant(name + ".bias", std::move(bias));
    graph.replace_uses(norm.outputs[0], node.outputs[0]);
    uses[static_cast<std::size_t>(node.outputs[0])] = uses[static_cast<std::size_t>(norm.outputs[0])];
  }
  graph.prune();
}

}  // namespace yy
