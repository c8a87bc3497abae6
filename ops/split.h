// Split: cuts `input` along one axis into the node's outputs, in order; any element type.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Split : public Op {
 public:
  struct Fields {
    std::int64_t axis = 0;
    std::size_t outputs = 1;
    std::optional<std::vector<std::int64_t>> lengths;  // attribute form, before opset 13; else input 1
    bool last_may_be_shorter =
        false;  // equal parts, the last one what is left (opset 18); else all are equal
  };

  explicit Split(Fields fields) : fields_(std::move(fields)) {}

  std::string_view name() const override { return "Split"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  bool needs_constant(std::size_t index) const override { return index == 1; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }

  std::size_t axis(const Shape& input) const;
  std::vector<std::int64_t> lengths(std::span<const OpInput> inputs) const;  // one for each output

 private:
  Fields fields_;
};

std::shared_ptr<const Op> read_split(NodeSource& source);

}  // namespace yy
