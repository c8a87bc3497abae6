// Pow: base to the power of exponent, with numpy broadcasting. The result has the base's element type
// (float32, int64, int32); the exponent may have another of these.
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Pow : public Op {
 public:
  std::string_view name() const override { return "Pow"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 2; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
};

std::shared_ptr<const Op> read_pow(NodeSource& source);

}  // namespace yy
