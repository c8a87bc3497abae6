// Operators that keep the elements and their order, and change at most the shape: Reshape, Flatten, Squeeze,
// Unsqueeze, Identity, and Dropout, which does nothing in inference. Any element type. Dropout's second
// output, mask, is true everywhere.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Reshape : public Op {
 public:
  enum class Kind { reshape, flatten, squeeze, unsqueeze, identity, dropout };
  struct Fields {
    std::optional<std::vector<std::int64_t>> axes;  // squeeze, unsqueeze: attribute form, else input 1
    std::int64_t axis = 1;                          // flatten
    bool allowzero = false;                         // reshape: 0 means 0, not "as in the input"
    bool mask = false;                              // dropout: the node has the second output
  };

  Reshape(Kind kind, Fields fields) : kind_(kind), fields_(std::move(fields)) {}

  std::string_view name() const override;
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override;
  bool needs_constant(std::size_t index) const override { return index > 0; }
  LayoutRule layout_rule() const override;
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }
  Kind kind() const { return kind_; }

 private:
  Shape output_shape(std::span<const OpInput> inputs) const;

  Kind kind_;
  Fields fields_;
};

std::shared_ptr<const Op> read_reshape(NodeSource& source);

}  // namespace yy
