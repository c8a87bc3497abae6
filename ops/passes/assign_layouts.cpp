#include <map>

#include "ops/passes/passes.h"
#include "ops/transpose.h"

namespace yy {
namespace {

class LayoutPass {
 public:
  LayoutPass(Graph& graph, Layout inputs) : graph_(graph), inputs_(inputs) {}

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
    if (graph_.value(id).desc.layout == layout) return id;
    const auto [entry, is_new] = reordered_.try_emplace({id, layout}, no_value);
    if (is_new) {
      const std::string name = graph_.value(id).name;
      const ValueId copy = graph_.add_value(name);
      graph_.value(copy).desc = graph_.value(id).desc;
      graph_.value(copy).desc.layout = layout;
      graph_.value(copy).typed = true;
      graph_.nodes.push_back({name + ".reorder", std::make_shared<Reorder>(), {id}, {copy}});
      entry->second = copy;
    }
    return entry->second;
  }

  Graph& graph_;
  Layout inputs_;
  std::map<std::pair<ValueId, Layout>, ValueId> reordered_;
};

}  // namespace

void assign_layouts(Graph& graph, Layout inputs) {
  LayoutPass(graph, inputs).run();
}

}  // namespace yy
