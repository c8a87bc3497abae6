// Dense networks join all that came before, again and again, and normalise it: copies that grow with the
// square of the depth. Where only BatchNormalizations read a Concat of channels, each reads its parts
// instead; a Concat that reads it takes the parts in its place.
#include <algorithm>

#include "ops/batch_norm.h"
#include "ops/concat.h"
#include "ops/inputs.h"
#include "ops/passes/passes.h"
#include "ops/passes/rewriter.h"

namespace yy {
namespace {

constexpr std::size_t most_parts =
    256;  // more than any dense block joins; Concats of Concats could double them

bool joins_channels(const Rewriter& graph, int n) {
  const auto* concat = graph.as<Concat>(n);
  if (concat == nullptr || has_constant(graph.graph().op_inputs(graph.node(n)))) return false;
  const Shape& shape = graph.value(graph.node(n).outputs[0]).desc.shape;
  return shape.rank() >= 2 && concat->axis(shape) == 1;
}

// Reader `n` of the value `joined`, with its parts in its place.
Node with_parts(const Rewriter& graph, int n, ValueId joined, const std::vector<ValueId>& parts) {
  Node node = graph.node(n);
  if (const auto* norm = graph.as<BatchNorm>(n)) {
    node.op = norm->with_parts(parts.size());
    node.inputs[0] = parts[0];
    node.inputs.insert(node.inputs.end(), parts.begin() + 1, parts.end());
    return node;
  }
  std::vector<ValueId> inputs;
  for (ValueId id : node.inputs) {
    if (id != joined) {
      inputs.push_back(id);
    } else {
      inputs.insert(inputs.end(), parts.begin(), parts.end());
    }
  }
  node.inputs = std::move(inputs);
  return node;
}

void fuse(Rewriter& graph, int n, const std::vector<std::vector<int>>& all_readers) {
  if (!joins_channels(graph, n)) return;
  const Node node = graph.node(n);
  if (node.inputs.size() > most_parts) return;
  const ValueId joined = node.outputs[0];
  const std::vector<int>& readers = all_readers[static_cast<std::size_t>(joined)];
  if (graph.uses(joined) != std::ssize(readers)) return;  // an output of the graph, too
  const auto takes_parts = [&](int reader) {
    const auto* norm = graph.as<BatchNorm>(reader);
    return norm != nullptr ? norm->parts() == 1 : joins_channels(graph, reader);
  };
  if (!std::ranges::all_of(readers, takes_parts)) return;
  for (int reader : readers) graph.replace(reader, with_parts(graph, reader, joined, node.inputs));
}

}  // namespace

void fuse_concat(Graph& graph) {
  Rewriter rewriter(graph);
  std::vector<std::vector<int>> readers(graph.values.size());
  for (int n = 0; n < rewriter.size(); ++n) {
    for (ValueId id : rewriter.node(n).inputs) {
      if (id != no_value) readers[static_cast<std::size_t>(id)].push_back(n);
    }
  }
  for (int n = 0; n < rewriter.size(); ++n) fuse(rewriter, n, readers);
  rewriter.finish();
}

}  // namespace yy
