// Transposes move behind the pointwise operators that read them, until they meet another and make one with
// it, or none. Networks that keep their channels last in ONNX's terms have such pairs round every
// convolution.
#include <algorithm>

#include "ops/binary.h"
#include "ops/passes/passes.h"
#include "ops/passes/rewriter.h"
#include "ops/transpose.h"
#include "ops/unary.h"

namespace yy {
namespace {

using Perm = std::vector<std::size_t>;

// The permutation of the Transpose that makes `id`, where the node tells it without the shape.
std::optional<Perm> perm_of(const Rewriter& graph, ValueId id) {
  const auto* transpose = graph.as<Transpose>(graph.producer(id));
  return transpose ? transpose->given_perm() : std::nullopt;
}

ValueId before_transpose(const Rewriter& graph, ValueId id) {
  return graph.node(graph.producer(id)).inputs[0];
}

void compose(Rewriter& graph, int n) {
  Node node = graph.node(n);
  const auto first = perm_of(graph, node.inputs[0]), second = perm_of(graph, node.outputs[0]);
  if (!first || !second || first->size() != second->size()) return;
  std::vector<std::int64_t> both;
  for (std::size_t axis : *second) both.push_back(static_cast<std::int64_t>((*first)[axis]));
  node.inputs = {before_transpose(graph, node.inputs[0])};
  node.op = std::make_shared<Transpose>(std::move(both));
  graph.replace(n, std::move(node));
}

// `shape`, aligned at its end, before it was permuted. None where it has too many axes.
std::optional<Shape> unpermuted(const Shape& shape, const Perm& perm) {
  if (shape.rank() > perm.size()) return std::nullopt;
  std::vector<std::int64_t> dims(perm.size(), 1);
  const std::size_t shift = perm.size() - shape.rank();
  for (std::size_t i = 0; i < shape.rank(); ++i) dims[perm[i + shift]] = shape[i];
  return Shape(std::move(dims));
}

// What stands in an operand's place where the operator works on values before their Transpose: that value, or
// a constant with its axes permuted back. A constant with more than one axis would have to be moved about.
std::optional<ValueId> operand_before(Rewriter& graph, ValueId id, const Perm& perm) {
  if (const auto own = perm_of(graph, id)) {
    if (*own != perm || graph.uses(id) != 1) return std::nullopt;
    return before_transpose(graph, id);
  }
  const auto constant = graph.value(id).constant;
  if (!constant) return std::nullopt;
  const Shape& shape = constant->shape();
  if (std::count_if(shape.begin(), shape.end(), [](std::int64_t dim) { return dim != 1; }) > 1)
    return std::nullopt;
  const auto wanted = unpermuted(shape, perm);
  if (!wanted) return std::nullopt;
  if (shape.elements() == 1) return id;
  const auto from = std::find_if(wanted->begin(), wanted->end(), [](std::int64_t dim) { return dim != 1; });
  const Shape short_shape(std::vector<std::int64_t>(from, wanted->end()));  // leading ones say nothing
  return graph.graph().add_constant(graph.value(id).name, constant->reshaped(short_shape));
}

// Pointwise node `n` changes places with the Transposes that it reads.
void sink(Rewriter& graph, int n) {
  Node node = graph.node(n);
  const bool is_unary = graph.as<Unary>(n) != nullptr;
  const std::size_t operands = is_unary ? 1 : 2;
  std::optional<Perm> found;
  int place = -1;  // of the last Transpose that it reads
  for (std::size_t i = 0; i < operands; ++i) {
    const auto perm = perm_of(graph, node.inputs[i]);
    if (!perm) continue;
    found = perm;
    place = std::max(place, graph.producer(node.inputs[i]));
  }
  if (!found) return;
  const Perm& perm = *found;
  Node inner = node;
  for (std::size_t i = 0; i < operands; ++i) {
    const auto operand = operand_before(graph, node.inputs[i], perm);
    if (!operand) return;
    inner.inputs[i] = *operand;
  }
  const Value result = graph.value(node.outputs[0]);
  const ValueId before = graph.graph().add_value(result.name + ".before_transpose");
  if (result.typed) {
    const auto shape = unpermuted(result.desc.shape, perm);
    graph.graph().value(before).desc = {*shape, result.desc.dtype, Layout::row_major};
    graph.graph().value(before).typed = true;
  }
  inner.outputs = {before};
  graph.replace(place, std::move(inner));
  graph.replace(n, {node.name + ".transpose",
                    std::make_shared<Transpose>(std::vector<std::int64_t>(perm.begin(), perm.end())),
                    {before},
                    node.outputs});
}

}  // namespace

void cancel_transposes(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) {
    if (rewriter.as<Transpose>(n) != nullptr) {
      compose(rewriter, n);
    } else if (rewriter.as<Unary>(n) != nullptr || rewriter.as<Binary>(n) != nullptr) {
      sink(rewriter, n);
    }
  }
  rewriter.finish();
  remove_no_ops(graph);
}

}  // namespace yy
