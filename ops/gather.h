// Gather: takes slices of `data` along `axis` by an index tensor (int64 or int32, negative counts from the
// back).
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Gather : public Op {
 public:
  explicit Gather(std::int64_t axis) : axis_(axis) {}

  std::string_view name() const override { return "Gather"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 2; }
  bool needs_constant(std::size_t index) const override { return index == 1; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;
  std::size_t axis(const Shape& data) const;

 private:
  std::int64_t axis_;
};

std::shared_ptr<const Op> read_gather(NodeSource& source);

}  // namespace yy
