// Relu, Clip, Sigmoid, Tanh: y = f(x), any shape, float32.
#pragma once

#include <memory>
#include <span>

#include "ops/activation.h"
#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Unary : public Op {
 public:
  // `name` is ONNX's; it must outlive the op (a literal).
  Unary(std::string_view name, Activation function, bool bounds_are_inputs = false)
      : name_(name), function_(function), bounds_are_inputs_(bounds_are_inputs) {}

  std::string_view name() const override { return name_; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  bool needs_constant(std::size_t index) const override { return index > 0; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }
  std::string details() const override;

  // The function with Clip's bounds filled in; from opset 11 they are inputs, which must be constants.
  Activation function(std::span<const OpInput> inputs) const;

 private:
  std::string_view name_;
  Activation function_;
  bool bounds_are_inputs_;
};

std::shared_ptr<const Op> read_unary(NodeSource& source);

}  // namespace yy
