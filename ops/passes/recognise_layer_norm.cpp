// LayerNormalization over the last axis written out: with d = x - ReduceMean(x),
// d / Sqrt(ReduceMean(d * d) + epsilon) * scale, and perhaps + B.
#include "ops/layer_norm.h"
#include "ops/passes/match.h"
#include "ops/passes/passes.h"
#include "ops/pow.h"
#include "ops/reduce.h"
#include "ops/unary.h"

namespace yy {
namespace {

using Kind = Binary::Kind;

// The operands of a Binary of that kind that makes `id`.
std::optional<std::pair<ValueId, ValueId>> operands(const Rewriter& graph, ValueId id, Kind kind) {
  const int n = graph.producer(id);
  const auto* binary = graph.as<Binary>(n);
  if (binary == nullptr || binary->kind() != kind) return std::nullopt;
  return std::pair(graph.node(n).inputs[0], graph.node(n).inputs[1]);
}

// The x of which `id` is the mean over the last axis.
std::optional<ValueId> mean_of(const Rewriter& graph, ValueId id) {
  const int n = graph.producer(id);
  const auto* reduce = graph.as<Reduce>(n);
  if (reduce == nullptr || !reduce->keepdims()) return std::nullopt;
  const ValueId x = graph.node(n).inputs[0];
  std::vector<bool> last(graph.value(x).desc.shape.rank(), false);
  if (last.empty() || graph.value(x).desc.dtype != DType::f32) return std::nullopt;
  last.back() = true;
  return reduce->reduced(graph.graph().op_inputs(graph.node(n))) == last ? std::optional(x) : std::nullopt;
}

bool is_square_of(const Rewriter& graph, ValueId id, ValueId x) {
  const auto product = operands(graph, id, Kind::mul);
  if (product) return product->first == x && product->second == x;
  const int n = graph.producer(id);
  return graph.as<Pow>(n) != nullptr && graph.node(n).inputs[0] == x &&
         is_number(graph, graph.node(n).inputs[1], 2);
}

struct Normalised {
  ValueId x;
  float epsilon;
};

std::optional<Normalised> normalised(const Rewriter& graph, ValueId id) {
  const auto quotient = operands(graph, id, Kind::div);
  if (!quotient) return std::nullopt;
  const auto [d, root] = *quotient;
  const auto difference = operands(graph, d, Kind::sub);
  if (!difference || mean_of(graph, difference->second) != difference->first) return std::nullopt;
  const int n = graph.producer(root);
  const auto* sqrt = graph.as<Unary>(n);
  if (sqrt == nullptr || sqrt->name() != "Sqrt") return std::nullopt;
  const auto sum = with_number(graph, graph.node(n).inputs[0], Kind::add);
  const auto square = sum ? mean_of(graph, sum->x) : std::nullopt;
  if (!square || !is_square_of(graph, *square, d)) return std::nullopt;
  return Normalised{difference->first, sum->c};
}

// Where `x` is only read by an addition or product with a constant as long as its last axis: that node, and
// the constant.
std::optional<std::pair<int, ValueId>> along_last_axis(const Rewriter& graph, ValueId x, Kind kind) {
  const int n = graph.sole_reader(x);
  const auto* binary = graph.as<Binary>(n);
  if (binary == nullptr || binary->kind() != kind) return std::nullopt;
  const auto& inputs = graph.node(n).inputs;
  const ValueId constant = inputs[0] == x ? inputs[1] : inputs[0];
  const Shape& shape = graph.value(x).desc.shape;
  const TensorDesc expected{Shape{shape[shape.rank() - 1]}, DType::f32, Layout::row_major};
  if (!graph.value(constant).constant || graph.value(constant).desc != expected) return std::nullopt;
  return std::pair(n, constant);
}

void recognise(Rewriter& graph, int n) {
  if (graph.as<Binary>(n) == nullptr) return;
  const ValueId quotient = graph.node(n).outputs[0];
  const auto found = normalised(graph, quotient);
  const auto scale = found ? along_last_axis(graph, quotient, Kind::mul) : std::nullopt;
  if (!scale) return;
  const auto shift = along_last_axis(graph, graph.node(scale->first).outputs[0], Kind::add);
  const int last = shift ? shift->first : scale->first;
  Node norm = graph.node(last);
  norm.op = std::make_shared<LayerNorm>(-1, found->epsilon);
  norm.inputs = {found->x, scale->second};
  if (shift) norm.inputs.push_back(shift->second);
  graph.replace(last, std::move(norm));
}

}  // namespace

void recognise_layer_norm(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) recognise(rewriter, n);
  rewriter.finish();
}

}  // namespace yy
