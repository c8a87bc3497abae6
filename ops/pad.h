// Pad with a constant value, or with elements of the input: its edge, its mirror image, or its other end
// (wrap); any element type. Negative pads crop.
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
  enum class Mode { constant, edge, reflect, wrap };
  struct Fields {  // attribute form, before opset 11; else inputs 1 to 3
    std::vector<std::int64_t> pads;
    float value = 0;
  };

  explicit Pad(std::optional<Fields> fields, Mode mode = Mode::constant)
      : fields_(std::move(fields)), mode_(mode) {}

  std::string_view name() const override { return "Pad"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return fields_ ? 1 : 2; }
  bool needs_constant(std::size_t index) const override { return index > 0; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }

  std::vector<std::int64_t> pads(std::span<const OpInput> inputs) const;  // begins of all axes, then ends
  Tensor value(std::span<const OpInput> inputs) const;                    // one element of the input's type

  Mode mode() const { return mode_; }

  // Which element of an axis of `size` stands at `place`, counted from the first element that is not padding;
  // only for places that the mode fills from the input.
  std::int64_t source(std::int64_t place, std::int64_t size) const;

 private:
  std::optional<Fields> fields_;
  Mode mode_;
};

std::shared_ptr<const Op> read_pad(NodeSource& source);

}  // namespace yy
