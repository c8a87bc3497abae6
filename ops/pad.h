// Pad with a constant value; any element type. Negative pads crop.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Pad : public Op {
 public:
  struct Fields {  // attribute form, before opset 11; else inputs 1 to 3
    std::vector<std::int64_t> pads;
    float value = 0;
  };

  explicit Pad(std::optional<Fields> fields) : fields_(std::move(fields)) {}

  std::string_view name() const override { return "Pad"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  bool needs_constant(std::size_t index) const override { return index > 0; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }

  std::vector<std::int64_t> pads(std::span<const OpInput> inputs) const;  // begins of all axes, then ends
  Tensor value(std::span<const OpInput> inputs) const;                    // one element of the input's type

 private:
  std::optional<Fields> fields_;
};

std::shared_ptr<const Op> read_pad(NodeSource& source);

}  // namespace yy
