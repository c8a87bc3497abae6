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
      const auto [read, written] = wanted(node);
      for (ValueId& id : node.inputs) {
        if (id != no_value && is_spatial(id)) id = in_layout(id, read);
      }
      for (ValueId id : node.outputs) {
        if (id != no_value && is_spatial(id)) graph_.value(id).desc.layout = written;
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

  struct Layouts {
    Layout read, written;
  };

  Layouts wanted(const Node& node) const {
    constexpr Layout rows = Layout::row_major, last = Layout::channels_last;
    // These two Transposes and the change of layout undo each other: nothing moves in memory.
    if (const auto* transpose = dynamic_cast<const Transpose*>(node.op.get())) {
      if (transpose->given_perm() == std::vector<std::size_t>{0, 2, 3, 1}) return {last, rows};
      if (transpose->given_perm() == std::vector<std::size_t>{0, 3, 1, 2}) return {rows, last};
    }
    switch (node.op->layout_rule()) {
      case LayoutRule::row_major:
        return {rows, rows};
      case LayoutRule::channels_last:
        return {last, last};
      case LayoutRule::follow:
        break;
    }
    for (ValueId id : node.inputs) {
      if (id != no_value && is_spatial(id) && graph_.value(id).desc.layout == last) return {last, last};
    }
    return {rows, rows};
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
