#include <algorithm>

#include "ops/pad.h"
#include "ops/passes/passes.h"
#include "ops/reshape.h"
#include "ops/transpose.h"

namespace yy {
namespace {

bool is_no_op(const Graph& graph, const Node& node) {
  if (node.outputs.size() > 1) return false;  // Dropout with its mask
  if (const auto* reshape = dynamic_cast<const Reshape*>(node.op.get())) {
    if (reshape->kind() == Reshape::Kind::identity || reshape->kind() == Reshape::Kind::dropout) return true;
  }
  const Value& in = graph.value(node.inputs[0]);
  const Value& out = graph.value(node.outputs[0]);
  if (!in.typed || !out.typed || in.desc.shape != out.desc.shape) return false;
  if (dynamic_cast<const Reshape*>(node.op.get()) != nullptr) return true;
  if (const auto* pad = dynamic_cast<const Pad*>(node.op.get())) {
    const auto pads = pad->pads(graph.op_inputs(node));
    return std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; });
  }
  if (const auto* transpose = dynamic_cast<const Transpose*>(node.op.get())) {
    const auto perm = transpose->perm(in.desc.shape.rank());
    return std::is_sorted(perm.begin(), perm.end());
  }
  return false;
}

}  // namespace

void remove_no_ops(Graph& graph) {
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node node = graph.nodes[n];
    if (node.inputs.empty() || node.inputs[0] == no_value || node.outputs.empty()) continue;
    if (!is_no_op(graph, node)) continue;
    graph.replace_uses(node.outputs[0], node.inputs[0]);
  }
  graph.prune();
}

}  // namespace yy
