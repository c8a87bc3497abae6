#include <algorithm>

#include "ops/conv.h"
#include "ops/pad.h"
#include "ops/passes/passes.h"

namespace yy {
namespace {

// The Pad's {top, left, bottom, right} where it pads nothing else, and with zeros.
std::optional<std::array<std::int64_t, 4>> spatial_zeros(const Graph& graph, const Node& node) {
  const auto* pad = dynamic_cast<const Pad*>(node.op.get());
  const Value& in = graph.value(node.inputs[0]);
  if (pad == nullptr || pad->mode() != Pad::Mode::constant || !in.typed || in.desc.shape.rank() != 4 ||
      in.desc.dtype != DType::f32)
    return std::nullopt;
  const std::vector<OpInput> inputs = graph.op_inputs(node);
  const auto pads = pad->pads(inputs);
  const bool negative = std::any_of(pads.begin(), pads.end(), [](std::int64_t p) { return p < 0; });
  if (negative || pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0) return std::nullopt;
  if (pad->value(inputs).as<float>()[0] != 0) return std::nullopt;
  return std::array<std::int64_t, 4>{pads[2], pads[3], pads[6], pads[7]};
}

}  // namespace

void fuse_pad(Graph& graph) {
  const std::vector<int> producers = graph.producers();
  for (Node& node : graph.nodes) {
    const auto* conv = dynamic_cast<const Conv*>(node.op.get());
    if (conv == nullptr) continue;
    const int producer = producers[static_cast<std::size_t>(node.inputs[0])];
    if (producer < 0) continue;
    const Node& before = graph.nodes[static_cast<std::size_t>(producer)];
    const auto extra = spatial_zeros(graph, before);
    const bool same = conv->window_attributes().auto_pad.starts_with("SAME");
    if (!extra || same) continue;  // SAME derives its pads from the input's size
    WindowAttributes window = conv->window_attributes();
    const Window resolved = conv->window(graph.op_inputs(node));
    window.auto_pad = "NOTSET";
    window.pads = std::vector<std::int64_t>(4);
    for (std::size_t i = 0; i < 4; ++i) (*window.pads)[i] = resolved.pads[i] + (*extra)[i];
    node.op = conv->with(std::move(window));
    node.inputs[0] = before.inputs[0];
  }
  graph.prune();
}

}  // namespace yy
