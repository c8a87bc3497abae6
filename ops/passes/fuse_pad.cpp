#include <algorithm>

#include "ops/conv.h"
#include "ops/pad.h"
#include "ops/passes/passes.h"
#include "ops/passes/rewriter.h"
#include "ops/pool.h"

namespace yy {
namespace {

using Pads = std::vector<std::int64_t>;  // {top, left, bottom, right}

// The Pad's pads where it pads nothing but the spatial axes, and with zeros.
std::optional<Pads> spatial_zeros(const Rewriter& graph, int n) {
  const auto* pad = graph.as<Pad>(n);
  if (pad == nullptr || pad->mode() != Pad::Mode::constant) return std::nullopt;
  const Value& in = graph.value(graph.node(n).inputs[0]);
  if (!in.typed || in.desc.shape.rank() != 4 || in.desc.dtype != DType::f32) return std::nullopt;
  const std::vector<OpInput> inputs = graph.graph().op_inputs(graph.node(n));
  const auto pads = pad->pads(inputs);
  const bool negative = std::any_of(pads.begin(), pads.end(), [](std::int64_t p) { return p < 0; });
  if (negative || pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0) return std::nullopt;
  if (pad->value(inputs).as<float>()[0] != 0) return std::nullopt;
  return Pads{pads[2], pads[3], pads[6], pads[7]};
}

// The same window over the picture without the Pad. None where auto_pad derives pads from the input's size.
std::optional<WindowAttributes> widened(WindowAttributes attributes, const Window& window,
                                        const Pads& extra) {
  if (attributes.auto_pad.starts_with("SAME")) return std::nullopt;
  attributes.auto_pad = "NOTSET";
  attributes.pads = window.pads;
  for (std::size_t i = 0; i < extra.size(); ++i) (*attributes.pads)[i] += extra[i];
  return attributes;
}

std::shared_ptr<const Op> padded(const Conv& conv, std::span<const OpInput> inputs, const Pads& extra) {
  const auto window = widened(conv.window_attributes(), conv.window(inputs), extra);
  return window ? conv.with(*window) : nullptr;
}

// An average counts a Pad's zeros, so its own padding must count, too, or not be there. What ceil_mode adds
// at the end depends on whether the end is padding, so it stays as it is; and so does a window that would
// lie in padding only.
std::shared_ptr<const Op> padded(const Pool& pool, const Shape& input, const Pads& extra) {
  if (pool.kind() != Pool::Kind::average || pool.window_attributes().ceil_mode) return nullptr;
  const Window window = pool.window(input);
  const bool own = std::any_of(window.pads.begin(), window.pads.end(), [](std::int64_t p) { return p != 0; });
  if (own && !pool.fields().count_include_pad) return nullptr;
  const auto attributes = widened(pool.window_attributes(), window, extra);
  if (!attributes) return nullptr;
  for (std::size_t i = 0; i < extra.size(); ++i) {
    if (window.dilations[i % 2] != 1 || (*attributes->pads)[i] >= window.kernel_shape[i % 2]) return nullptr;
  }
  Pool::Fields fields = pool.fields();
  fields.count_include_pad = true;
  return std::make_shared<Pool>(pool.kind(), *attributes, fields);
}

void fuse(Rewriter& graph, int n) {
  const auto* conv = graph.as<Conv>(n);
  const auto* pool = graph.as<Pool>(n);
  if (conv == nullptr && pool == nullptr) return;
  Node node = graph.node(n);
  const int before = graph.producer(node.inputs[0]);
  const auto extra = spatial_zeros(graph, before);
  if (!extra) return;
  node.op = conv ? padded(*conv, graph.graph().op_inputs(node), *extra)
                 : padded(*pool, graph.value(node.inputs[0]).desc.shape, *extra);
  if (node.op == nullptr) return;
  node.inputs[0] = graph.node(before).inputs[0];
  graph.replace(n, std::move(node));
}

}  // namespace

void fuse_pad(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) fuse(rewriter, n);
  rewriter.finish();
}

}  // namespace yy
