// ReduceMean over a list of axes; float32, int64, int32 (integers divide towards zero).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Reduce : public Op {
 public:
  struct Fields {
    std::optional<std::vector<std::int64_t>> axes;  // attribute form, before opset 18; else input 1
    bool keepdims = true;
    bool noop_with_empty_axes = false;  // no axes: nothing is reduced, instead of everything
  };

  explicit Reduce(Fields fields) : fields_(std::move(fields)) {}

  std::string_view name() const override { return "ReduceMean"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  bool needs_constant(std::size_t index) const override { return index == 1; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }

  std::vector<bool> reduced(std::span<const OpInput> inputs) const;  // per axis of the input
  bool keepdims() const { return fields_.keepdims; }

 private:
  Fields fields_;
};

std::shared_ptr<const Op> read_reduce(NodeSource& source);

}  // namespace yy
