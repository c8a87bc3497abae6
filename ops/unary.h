// Pointwise functions y = f(x), any shape: Clip, Erf, Gelu, HardSigmoid, HardSwish, LeakyRelu, Relu, Sigmoid,
// Sqrt, Swish, Tanh; float32. Clip also on int8, uint8, int32, int64, and Relu on those that have a sign.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "ops/activation.h"
#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Unary : public Op {
 public:
  explicit Unary(Activation function, bool bounds_are_inputs = false)
      : function_(function), bounds_are_inputs_(bounds_are_inputs) {}

  std::string_view name() const override;  // ONNX's
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  bool needs_constant(std::size_t index) const override { return index > 0; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }
  std::string details() const override;

  // On float32: the function with Clip's bounds filled in; from opset 11 they are inputs, which must be
  // constants.
  Activation function(std::span<const OpInput> inputs) const;

  // On integers: y = min(max(x, low), high).
  struct Range {
    std::int64_t low, high;
  };
  Range range(std::span<const OpInput> inputs) const;

 private:
  Activation function_;
  bool bounds_are_inputs_;
};

std::shared_ptr<const Op> read_unary(NodeSource& source);

}  // namespace yy
