#include "ops/passes/conversions.h"
#include "ops/passes/passes.h"
#include "ops/transpose.h"

namespace yy {
namespace {

class LayoutPass {
 public:
  LayoutPass(Graph& graph, Layout inputs) : graph_(graph), inputs_(inputs), reorders_(graph) {}

  void run() {
    for (ValueId id : graph_.inputs) {
      if (is_spatial(id)) graph_.value(id).desc.layout = inputs_;
    }
    const std::vector<Node> nodes = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node node : nodes) {
      const Layout layout = wanted(node);
      for (ValueId& id : node.inputs) {
        if (id != no_value && is_spatial(id)) id = in_layout(id, layout);
      }
      for (ValueId id : node.outputs) {
        if (id != no_value && is_spatial(id)) graph_.value(id).desc.layout = layout;
      }
      graph_.nodes.push_back(std::move(node));
    }
    for (ValueId& id : graph_.outputs) {
      if (is_spatial(id)) id = in_layout(id, Layout::row_major);
    }
  }

 private:
  // Constants stay row-major: kernels pack them, or read them by their strides.
  bool is_spatial(ValueId id) const {
    const Value& value = graph_.value(id);
    return value.desc.shape.rank() == 4 && !value.constant;
  }

  Layout wanted(const Node& node) const {
    switch (node.op->layout_rule()) {
      case LayoutRule::row_major:
        return Layout::row_major;
      case LayoutRule::channels_last:
        return Layout::channels_last;
      case LayoutRule::follow:
        break;
    }
    for (ValueId id : node.inputs) {
      if (id != no_value && is_spatial(id) && graph_.value(id).desc.layout == Layout::channels_last) {
        return Layout::channels_last;
      }
    }
    return Layout::row_major;
  }

  ValueId in_layout(ValueId id, Layout layout) {
    TensorDesc wanted = graph_.value(id).desc;
    wanted.layout = layout;
    return reorders_.convert(id, wanted, ".reorder", std::make_shared<Reorder>());
  }

  Graph& graph_;
  Layout inputs_;
  Conversions reorders_;
};

}  // namespace

void assign_layouts(Graph& graph, Layout inputs) {
  LayoutPass(graph, inputs).run();
}

}  // namespace yy
