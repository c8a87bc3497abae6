// Gelu written out: the factors x, 0.5 and 1 + Erf(x / sqrt(2)) multiplied in any order.
#include <numbers>

#include "ops/passes/match.h"
#include "ops/passes/passes.h"
#include "ops/unary.h"

namespace yy {
namespace {

using Kind = Binary::Kind;

// The x of 1 + Erf(x / sqrt(2)).
std::optional<ValueId> one_plus_erf(const Rewriter& graph, ValueId result) {
  const auto erf_of = with_number(graph, result, Kind::add, 1);
  if (!erf_of) return std::nullopt;
  const int n = graph.producer(*erf_of);
  const auto* erf = graph.as<Unary>(n);
  if (erf == nullptr || erf->name() != "Erf") return std::nullopt;
  return divided_by(graph, graph.node(n).inputs[0], std::numbers::sqrt2);
}

// A product of numbers, x to some power and the values 1 + Erf(x / sqrt(2)).
struct Product {
  double numbers = 1;
  int xs = 0, erfs = 0;
};

constexpr int deepest = 3;  // Mul and Div nodes one behind the other

// The value of which `result` is a gelu, if it is: the x of the erf among its factors.
std::optional<ValueId> find_x(const Rewriter& graph, ValueId result, int depth) {
  if (const auto x = one_plus_erf(graph, result)) return x;
  const int n = graph.producer(result);
  const auto* binary = graph.as<Binary>(n);
  if (depth == deepest || binary == nullptr) return std::nullopt;
  if (binary->kind() != Kind::mul && binary->kind() != Kind::div) return std::nullopt;
  const auto& operands = graph.node(n).inputs;
  const auto x = find_x(graph, operands[0], depth + 1);
  return x || binary->kind() == Kind::div ? x : find_x(graph, operands[1], depth + 1);
}

// Multiplies the factors of `id` into `product`; false where there is another one.
bool collect(const Rewriter& graph, ValueId id, ValueId x, int depth, Product& product) {
  if (id == x) return ++product.xs > 0;
  if (one_plus_erf(graph, id) == x) return ++product.erfs > 0;
  if (const auto c = number(graph, id)) {
    product.numbers *= *c;
    return true;
  }
  const int n = graph.producer(id);
  const auto* binary = graph.as<Binary>(n);
  if (depth == deepest || binary == nullptr || graph.value(id).desc != graph.value(x).desc) return false;
  const auto& operands = graph.node(n).inputs;
  if (!collect(graph, operands[0], x, depth + 1, product)) return false;
  if (binary->kind() == Kind::mul) return collect(graph, operands[1], x, depth + 1, product);
  const auto divisor = number(graph, operands[1]);
  if (binary->kind() != Kind::div || !divisor) return false;
  product.numbers /= *divisor;
  return true;
}

void recognise(Rewriter& graph, int n) {
  if (graph.as<Binary>(n) == nullptr) return;
  const Node node = graph.node(n);
  const auto x = find_x(graph, node.outputs[0], 0);
  if (!x) return;
  Product product;
  if (!collect(graph, node.outputs[0], *x, 0, product)) return;
  if (product.xs != 1 || product.erfs != 1 || std::abs(product.numbers - 0.5) > 1e-6) return;
  const Activation function{.kind = Activation::Kind::gelu};
  graph.replace(n, {node.name, std::make_shared<Unary>(function), {*x}, node.outputs});
}

}  // namespace

void recognise_gelu(Graph& graph) {
  Rewriter rewriter(graph);
  for (int n = 0; n < rewriter.size(); ++n) recognise(rewriter, n);
  rewriter.finish();
}

}  // namespace yy
