// Concat along one axis; any element type, the same for all inputs.
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Concat : public Op {
 public:
  explicit Concat(std::int64_t axis) : axis_(axis) {}

  std::string_view name() const override { return "Concat"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::optional<std::size_t> joined_axis(const Shape& output) const override { return axis(output); }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;
  std::size_t axis(const Shape& shape) const;

 private:
  std::int64_t axis_;
};

std::shared_ptr<const Op> read_concat(NodeSource& source);

}  // namespace yy
