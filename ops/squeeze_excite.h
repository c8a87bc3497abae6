// SqueezeExcite (ours): scales each channel of a picture by a gate that two small layers make of the
// channels' means. X [N,C,H,W], W1 [S,C,1,1], B1 [S], W2 [C,S,1,1], B2 [C] -> Y of X's shape; float32.
// Weights and biases are constants; biases may be left out.
//   Y[n,c,h,w] = X[n,c,h,w] * gate(W2 inner(W1 mean(X[n]) + B1) + B2)[c]
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "ops/activation.h"
#include "runtime/op.h"

namespace yy {

class SqueezeExcite : public Op {
 public:
  SqueezeExcite(std::optional<Activation> inner, std::optional<Activation> gate)
      : inner_(inner), gate_(gate) {}

  std::string_view name() const override { return "SqueezeExcite"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 4; }
  bool needs_constant(std::size_t index) const override { return index > 0; }
  LayoutRule layout_rule() const override { return LayoutRule::channels_last; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }
  std::int64_t macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const override;
  std::string details() const override;

  const std::optional<Activation>& inner() const { return inner_; }
  const std::optional<Activation>& gate() const { return gate_; }

 private:
  std::optional<Activation> inner_, gate_;
};

}  // namespace yy
