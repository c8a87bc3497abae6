#include "runtime/slices.h"

#include <algorithm>

namespace yy {
namespace {

// Whether the value is some node's first output and no constant.
bool is_first_output(const Graph& graph, const std::vector<int>& producers, ValueId id) {
  const int producer = producers[static_cast<std::size_t>(id)];
  return producer >= 0 && graph.nodes[static_cast<std::size_t>(producer)].outputs[0] == id &&
         !graph.value(id).constant;
}

bool joins_channels(const Graph& graph, const Node& node) {
  if (node.outputs[0] == no_value) return false;
  const TensorDesc& whole = graph.value(node.outputs[0]).desc;
  return whole.layout == Layout::channels_last && whole.bytes() > 0 &&
         node.op->joined_axis(whole.shape) == 1 &&
         whole.shape[1] * size_of(whole.dtype) % slice_alignment == 0;
}

}  // namespace

std::vector<Slice> find_slices(const Graph& graph) {
  std::vector<Slice> slices(graph.values.size());
  const std::vector<int> uses = graph.count_uses(), producers = graph.producers();
  for (const Node& node : graph.nodes) {
    if (!joins_channels(graph, node)) continue;
    std::int64_t first = 0;
    for (ValueId id : node.inputs) {
      const TensorDesc& part = graph.value(id).desc;
      // One use is this Concat: the value is no output of the graph.
      if (uses[static_cast<std::size_t>(id)] == 1 && is_first_output(graph, producers, id) &&
          first * size_of(part.dtype) % slice_alignment == 0) {
        slices[static_cast<std::size_t>(id)] = {node.outputs[0], first};
      }
      first += part.shape[1];
    }
  }
  return slices;
}

}  // namespace yy
