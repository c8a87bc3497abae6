// Slice: every `steps`-th element from `starts` to `ends` along `axes`; any element type.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Slice : public Op {
 public:
  struct Fields {  // attribute form, before opset 10; else they are inputs 1 to 4
    std::vector<std::int64_t> starts, ends;
    std::optional<std::vector<std::int64_t>> axes;
  };

  explicit Slice(std::optional<Fields> fields) : fields_(std::move(fields)) {}

  std::string_view name() const override { return "Slice"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return fields_ ? 1 : 3; }
  bool needs_constant(std::size_t index) const override { return index > 0; }
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }

  // Per axis of the input: the first index, the step (may be negative) and the number of elements taken.
  struct Range {
    std::int64_t start, step, count;
  };
  std::vector<Range> ranges(std::span<const OpInput> inputs) const;

 private:
  std::optional<Fields> fields_;
};

std::shared_ptr<const Op> read_slice(NodeSource& source);

}  // namespace yy
