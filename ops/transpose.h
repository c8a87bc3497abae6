// Transpose permutes axes; Reorder (ours) keeps the shape and changes the memory layout. Any element type.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Transpose : public Op {
 public:
  explicit Transpose(std::optional<std::vector<std::int64_t>> perm) : perm_(std::move(perm)) {}

  std::string_view name() const override { return "Transpose"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }
  std::vector<std::size_t> perm(std::size_t rank) const;       // output axis i is input axis perm[i]
  std::optional<std::vector<std::size_t>> given_perm() const;  // where the node tells it, and it is one

 private:
  std::optional<std::vector<std::int64_t>> perm_;
};

// The layout pass inserts these; the output's layout is on its value.
class Reorder : public Op {
 public:
  std::string_view name() const override { return "Reorder"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
};

// How far each step along an axis of the output moves in the input, in elements. `op` is a Transpose or a
// Reorder.
std::vector<std::int64_t> input_steps(const Op& op, const TensorDesc& in);

// Whether an output that takes these steps through its input has every element where the input has it: axes
// of one element change places, or a Transpose and a change of layout undo each other.
bool moves_nothing(const TensorDesc& out, const std::vector<std::int64_t>& steps);

std::shared_ptr<const Op> read_transpose(NodeSource& source);

}  // namespace yy
