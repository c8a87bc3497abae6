// BatchNormalization in inference: y = scale * (x - mean) / sqrt(var + epsilon) + B per channel (axis 1);
// float32. An activation of the result comes from passes, and so may X in parts: inputs from 5 on hold the
// channels that follow those of input 0, as if Concat had joined them.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ops/activation.h"
#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class BatchNorm : public Op {
 public:
  explicit BatchNorm(float epsilon, std::optional<Activation> activation = {}, std::size_t parts = 1)
      : epsilon_(epsilon), activation_(activation), parts_(parts) {}

  std::string_view name() const override { return "BatchNormalization"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 4 + parts_; }
  bool needs_constant(std::size_t index) const override { return index > 0 && index < 5; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }
  std::string details() const override;
  const std::optional<Activation>& activation() const { return activation_; }
  std::size_t parts() const { return parts_; }
  std::shared_ptr<const BatchNorm> with(Activation activation) const;
  std::shared_ptr<const BatchNorm> with_parts(std::size_t parts) const;

  // The same as y = factor[c] * x + offset[c], in double. Inputs 1 to 4 must be constants.
  struct Affine {
    std::vector<double> factor, offset;
  };
  Affine affine(std::span<const OpInput> inputs) const;

 private:
  float epsilon_;
  std::optional<Activation> activation_;
  std::size_t parts_;
};

std::shared_ptr<const Op> read_batch_norm(NodeSource& source);

}  // namespace yy
