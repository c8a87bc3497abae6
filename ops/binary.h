// Add, Sub, Mul, Div with numpy broadcasting; float32, int64, int32, int8, uint8.
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Binary : public Op {
 public:
  enum class Kind { add, sub, mul, div };

  Binary(std::string_view name, Kind kind) : name_(name), kind_(kind) {}

  std::string_view name() const override { return name_; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 2; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;
  Kind kind() const { return kind_; }

 private:
  std::string_view name_;
  Kind kind_;
};

std::shared_ptr<const Op> read_binary(NodeSource& source);

}  // namespace yy
