#include "runtime/graph.h"

#include <algorithm>

namespace yy {

std::string Node::label() const {
  return "node '" + name + "' (" + std::string(op->name()) + ")";
}

ValueId Graph::add_value(std::string value_name) {
  values.push_back({std::move(value_name), {}, false, std::nullopt});
  return static_cast<ValueId>(values.size()) - 1;
}

ValueId Graph::add_constant(std::string value_name, Tensor tensor) {
  const TensorDesc desc = tensor.desc();
  values.push_back({std::move(value_name), desc, true, std::move(tensor)});
  return static_cast<ValueId>(values.size()) - 1;
}

std::vector<OpInput> Graph::op_inputs(const Node& node) const {
  std::vector<OpInput> result;
  result.reserve(node.inputs.size());
  for (ValueId id : node.inputs) {
    if (id == no_value) {
      result.emplace_back();
    } else {
      const Value& v = value(id);
      result.push_back({true, v.desc, v.constant ? &*v.constant : nullptr});
    }
  }
  return result;
}

std::vector<TensorDesc> Graph::output_descs(const Node& node) const {
  std::vector<TensorDesc> result;
  for (ValueId id : node.outputs) result.push_back(id == no_value ? TensorDesc{} : value(id).desc);
  return result;
}

std::vector<int> Graph::count_uses() const {
  std::vector<int> uses(values.size(), 0);
  for (const Node& node : nodes) {
    for (ValueId id : node.inputs) {
      if (id != no_value) ++uses[static_cast<std::size_t>(id)];
    }
  }
  for (ValueId id : outputs) ++uses[static_cast<std::size_t>(id)];
  return uses;
}

std::vector<int> Graph::producers() const {
  std::vector<int> result(values.size(), -1);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (ValueId id : nodes[i].outputs) {
      if (id != no_value) result[static_cast<std::size_t>(id)] = static_cast<int>(i);
    }
  }
  return result;
}

void Graph::replace_uses(ValueId from, ValueId to) {
  for (Node& node : nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  std::replace(outputs.begin(), outputs.end(), from, to);
}

void Graph::prune() {
  std::vector<bool> needed(values.size(), false);
  for (ValueId id : outputs) needed[static_cast<std::size_t>(id)] = true;
  std::vector<Node> kept;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    Node& node = nodes[i];
    const bool live = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
      return id != no_value && needed[static_cast<std::size_t>(id)];
    });
    if (!live) continue;
    for (ValueId id : node.inputs) {
      if (id != no_value) needed[static_cast<std::size_t>(id)] = true;
    }
    kept.push_back(std::move(node));
  }
  std::reverse(kept.begin(), kept.end());
  nodes = std::move(kept);
}

}  // namespace yy
