// Cast between float32, int64, int32, int8, uint8 and bool, and (inserted by a pass) bfloat16. Float to
// integer truncates towards zero. A file's float16, bfloat16 and double are float32 to us: a Cast to one of
// them keeps float32, so numbers keep more precision (or, for double, less) than the file asked for.
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Cast : public Op {
 public:
  explicit Cast(DType to) : to_(to) {}

  std::string_view name() const override { return "Cast"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  LayoutRule layout_rule() const override { return LayoutRule::follow; }

 private:
  DType to_;
};

std::shared_ptr<const Op> read_cast(NodeSource& source);

}  // namespace yy
