// Runs what gains from it in a narrow type, bfloat16 or float16. A value becomes narrow where an operator
// that multiplies narrow numbers reads it, directly or through operators that only pass it on; so the scores,
// which none of these reads, leave the last layer as the float32 sums that they are.
#include "ops/cast.h"
#include "ops/passes/conversions.h"
#include "ops/passes/passes.h"

namespace yy {
namespace {

class NarrowPass {
 public:
  NarrowPass(Graph& graph, DType narrow)
      : graph_(graph), narrow_(narrow), wanted_(graph.values.size(), false), casts_(graph) {}

  void run() {
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) mark_inputs(*node);
    const std::vector<Node> nodes = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node node : nodes) {
      convert(node);
      graph_.nodes.push_back(std::move(node));
    }
    for (ValueId& id : graph_.outputs) {
      if (is_activation(id)) id = as(id, DType::f32);
    }
  }

 private:
  bool is_activation(ValueId id) const {
    if (id == no_value || graph_.value(id).constant) return false;
    const DType dtype = graph_.value(id).desc.dtype;
    return dtype == DType::f32 || dtype == narrow_;
  }

  PrecisionRule rule(const Node& node) const { return node.op->precision_rule(graph_.op_inputs(node)); }

  DType output_type(const Node& node) const {
    return wanted_[static_cast<std::size_t>(node.outputs[0])] ? narrow_ : DType::f32;
  }

  // The type in which `node` reads input `k`.
  DType input_type(const Node& node, std::size_t k) const {
    switch (rule(node)) {
      case PrecisionRule::float32:
        return DType::f32;
      case PrecisionRule::accumulate:
        return k == 0 ? narrow_ : output_type(node);
      case PrecisionRule::follow:
        break;
    }
    return output_type(node);
  }

  // From the last node to the first, so that all readers of the node's outputs have been asked.
  void mark_inputs(const Node& node) {
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      if (!is_activation(node.inputs[k]) || input_type(node, k) != narrow_) continue;
      wanted_[static_cast<std::size_t>(node.inputs[k])] = true;
    }
  }

  void convert(Node& node) {
    const Node before = node;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      if (is_activation(before.inputs[k])) node.inputs[k] = as(before.inputs[k], input_type(before, k));
    }
    if (rule(before) == PrecisionRule::float32) return;
    for (ValueId id : node.outputs) {
      if (is_activation(id)) graph_.value(id).desc.dtype = output_type(before);
    }
  }

  ValueId as(ValueId id, DType dtype) {
    TensorDesc wanted = graph_.value(id).desc;
    wanted.dtype = dtype;
    return casts_.convert(id, wanted, ".cast", std::make_shared<Cast>(dtype));
  }

  Graph& graph_;
  DType narrow_;
  std::vector<bool> wanted_;  // per value of the graph as it came: to be narrow
  Conversions casts_;
};

}  // namespace

void narrow_values(Graph& graph, DType narrow) {
  NarrowPass(graph, narrow).run();
}

}  // namespace yy
