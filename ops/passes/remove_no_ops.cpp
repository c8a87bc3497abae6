#include <algorithm>
#include <numeric>

#include "ops/cast.h"
#include "ops/concat.h"
#include "ops/pad.h"
#include "ops/passes/passes.h"
#include "ops/pool.h"
#include "ops/reshape.h"
#include "ops/transpose.h"

namespace yy {
namespace {

bool are_all(const std::vector<std::int64_t>& list, std::int64_t wanted) {
  return std::all_of(list.begin(), list.end(), [&](std::int64_t x) { return x == wanted; });
}

// Shapes are equal; so a window of one element that moves by one has no padding either.
bool looks_at_one_element(const Pool& pool, const Shape& shape) {
  const Window window = pool.window(shape);
  return are_all(window.kernel_shape, 1) && are_all(window.strides, 1);
}

bool keeps_elements(const Graph& graph, const Node& node) {
  const Value& in = graph.value(node.inputs[0]);
  const Value& out = graph.value(node.outputs[0]);
  if (!in.typed || !out.typed || in.desc != out.desc) return false;
  const Op* op = node.op.get();
  if (dynamic_cast<const Reshape*>(op) != nullptr || dynamic_cast<const Cast*>(op) != nullptr) return true;
  if (dynamic_cast<const Concat*>(op) != nullptr) return node.inputs.size() == 1;
  if (const auto* pool = dynamic_cast<const Pool*>(op)) return looks_at_one_element(*pool, in.desc.shape);
  if (const auto* pad = dynamic_cast<const Pad*>(op)) return are_all(pad->pads(graph.op_inputs(node)), 0);
  if (const auto* transpose = dynamic_cast<const Transpose*>(op)) {
    const auto perm = transpose->perm(in.desc.shape.rank());
    return std::is_sorted(perm.begin(), perm.end());
  }
  return false;
}

bool is_no_op(const Graph& graph, const std::vector<int>& uses, const Node& node) {
  if (node.outputs.empty() || node.inputs.empty() || node.inputs[0] == no_value) return false;
  const bool is_one = std::all_of(node.outputs.begin() + 1, node.outputs.end(), [&](ValueId id) {
    return id == no_value || uses[static_cast<std::size_t>(id)] == 0;  // a mask or indices that nobody reads
  });
  if (!is_one) return false;
  if (const auto* reshape = dynamic_cast<const Reshape*>(node.op.get())) {
    if (reshape->kind() == Reshape::Kind::identity || reshape->kind() == Reshape::Kind::dropout) return true;
  }
  return keeps_elements(graph, node);
}

}  // namespace

void remove_no_ops(Graph& graph) {
  std::vector<ValueId> same_as(graph.values.size());  // per value: the one that stands for it
  std::iota(same_as.begin(), same_as.end(), 0);
  const std::vector<int> uses = graph.count_uses();
  const auto look_up = [&](ValueId& id) {
    if (id != no_value) id = same_as[static_cast<std::size_t>(id)];
  };
  for (Node& node : graph.nodes) {
    std::for_each(node.inputs.begin(), node.inputs.end(), look_up);
    if (is_no_op(graph, uses, node)) same_as[static_cast<std::size_t>(node.outputs[0])] = node.inputs[0];
  }
  std::for_each(graph.outputs.begin(), graph.outputs.end(), look_up);
  graph.prune();
}

}  // namespace yy
