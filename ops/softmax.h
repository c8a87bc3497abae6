// Softmax over one axis, or, before opset 13, over all axes from `axis` on taken as one; float32.
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Softmax : public Op {
 public:
  Softmax(std::int64_t axis, bool flattens) : axis_(axis), flattens_(flattens) {}

  std::string_view name() const override { return "Softmax"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;

  // The tensor as [outer, axis, inner], normalised over the middle.
  struct Split {
    std::int64_t outer, axis, inner;
  };
  Split split(const Shape& shape) const;

 private:
  std::int64_t axis_;
  bool flattens_;
};

std::shared_ptr<const Op> read_softmax(NodeSource& source);

}  // namespace yy
