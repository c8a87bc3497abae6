// LayerNormalization: Y = scale * (X - mean) / sqrt(variance + epsilon) + B, with mean and variance over the
// axes from `axis` to the last; scale and B have the shape of those. float32. The outputs Mean and InvStdDev,
// where the node has them, have 1 in the place of those axes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class LayerNorm : public Op {
 public:
  LayerNorm(std::int64_t axis, float epsilon, std::size_t outputs = 1)
      : axis_(axis), epsilon_(epsilon), outputs_(outputs) {}

  std::string_view name() const override { return "LayerNormalization"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 2; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;

  std::size_t axis(const Shape& x) const;  // the first that is normalised over
  float epsilon() const { return epsilon_; }

 private:
  std::int64_t axis_;
  float epsilon_;
  std::size_t outputs_;
};

std::shared_ptr<const Op> read_layer_norm(NodeSource& source);

}  // namespace yy
