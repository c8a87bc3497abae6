// GlobalAveragePool(x), two convolutions of its one pixel, and x times the result: SqueezeExcite.
#include "ops/binary.h"
#include "ops/conv.h"
#include "ops/passes/passes.h"
#include "ops/passes/rewriter.h"
#include "ops/pool.h"
#include "ops/squeeze_excite.h"

namespace yy {
namespace {

// A 1x1 convolution of one pixel with constants: its node, where only one node reads its result.
const Conv* layer_on_a_pixel(const Rewriter& graph, ValueId result, int& n) {
  n = graph.uses(result) == 1 ? graph.producer(result) : -1;
  const auto* conv = graph.as<Conv>(n);
  if (conv == nullptr || conv->group() != 1 || conv->epilogue().residual) return nullptr;
  const Node& node = graph.node(n);
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    if (node.inputs[i] != no_value && !graph.value(node.inputs[i]).constant) return nullptr;
  }
  const Shape& in = graph.value(node.inputs[0]).desc.shape;
  const Shape& out = graph.value(result).desc.shape;
  const Shape& weights = graph.value(node.inputs[1]).desc.shape;
  const Shape pixel{in[0], in[1], 1, 1}, kernel{weights[0], weights[1], 1, 1};
  const bool fits = in == pixel && weights == kernel && out == Shape{in[0], weights[0], 1, 1};
  return fits ? conv : nullptr;
}

// The x whose mean `id` is, where nobody else reads that.
ValueId pooled(const Rewriter& graph, ValueId id) {
  const int n = graph.uses(id) == 1 ? graph.producer(id) : -1;
  const auto* pool = graph.as<Pool>(n);
  const bool fits = pool != nullptr && pool->kind() == Pool::Kind::global_average;
  return fits ? graph.node(n).inputs[0] : no_value;
}

void fuse(Rewriter& graph, int n) {
  const auto* mul = graph.as<Binary>(n);
  if (mul == nullptr || mul->kind() != Binary::Kind::mul) return;
  Node node = graph.node(n);
  for (std::size_t i = 0; i < 2; ++i) {
    const ValueId x = node.inputs[i];
    int second = -1, first = -1;
    const Conv* excite = layer_on_a_pixel(graph, node.inputs[1 - i], second);
    if (excite == nullptr) continue;
    const Conv* squeeze = layer_on_a_pixel(graph, graph.node(second).inputs[0], first);
    if (squeeze == nullptr || pooled(graph, graph.node(first).inputs[0]) != x) continue;
    const auto constant = [&](int layer, std::size_t k) {
      const auto& inputs = graph.node(layer).inputs;
      return k < inputs.size() ? inputs[k] : no_value;
    };
    node.op = std::make_shared<SqueezeExcite>(squeeze->epilogue().activation, excite->epilogue().activation);
    node.inputs = {x, constant(first, 1), constant(first, 2), constant(second, 1), constant(second, 2)};
    graph.replace(n, std::move(node));
    return;
  }
}

}  // namespace

void fuse_squeeze_excite(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) fuse(rewriter, n);
  rewriter.finish();
}

}  // namespace yy
