// Sum of one or more tensors with numpy broadcasting; float32. (Two are an Add to the passes.)
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Sum : public Op {
 public:
  std::string_view name() const override { return "Sum"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
};

std::shared_ptr<const Op> read_sum(NodeSource& source);

}  // namespace yy
