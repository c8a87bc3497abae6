// Small questions that recognisers of longer spellings ask about nodes. All values are typed.
#pragma once

#include <cmath>
#include <optional>

#include "ops/binary.h"
#include "ops/passes/rewriter.h"

namespace yy {

// What a constant of one float32 element holds.
inline std::optional<float> number(const Rewriter& graph, ValueId id) {
  if (id == no_value) return std::nullopt;
  const auto& constant = graph.value(id).constant;
  if (!constant || constant->dtype() != DType::f32 || constant->shape().elements() != 1) return std::nullopt;
  return constant->as<float>()[0];
}

// Whether `id` is that number, to the precision of float32.
inline bool is_number(const Rewriter& graph, ValueId id, double wanted) {
  const auto found = number(graph, id);
  return found && std::abs(*found - wanted) <= 1e-6 * std::abs(wanted);
}

// The x of a node that computes x + c, x - c, x * c or x / c with a number c and keeps x's shape.
struct WithNumber {
  ValueId x;
  float c;
};
inline std::optional<WithNumber> with_number(const Rewriter& graph, ValueId result, Binary::Kind kind) {
  const int n = graph.producer(result);
  const auto* binary = graph.as<Binary>(n);
  if (binary == nullptr || binary->kind() != kind) return std::nullopt;
  const bool commutes = kind == Binary::Kind::add || kind == Binary::Kind::mul;
  const auto& operands = graph.node(n).inputs;
  for (std::size_t i = 0; i < (commutes ? 2U : 1U); ++i) {
    const auto c = number(graph, operands[1 - i]);
    if (c && graph.value(operands[i]).desc == graph.value(result).desc) return WithNumber{operands[i], *c};
  }
  return std::nullopt;
}

// The same, where c is the number given.
inline std::optional<ValueId> with_number(const Rewriter& graph, ValueId result, Binary::Kind kind,
                                          double c) {
  const auto found = with_number(graph, result, kind);
  if (!found || std::abs(found->c - c) > 1e-6 * std::abs(c)) return std::nullopt;
  return found->x;
}

// The x of a node that computes x / c, spelt as such or as x * (1 / c).
inline std::optional<ValueId> divided_by(const Rewriter& graph, ValueId result, double c) {
  const auto x = with_number(graph, result, Binary::Kind::div, c);
  return x ? x : with_number(graph, result, Binary::Kind::mul, 1 / c);
}

}  // namespace yy
