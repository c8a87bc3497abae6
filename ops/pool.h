// MaxPool, AveragePool, GlobalAveragePool over the two spatial axes of X [N,C,H,W]; float32.
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "ops/window.h"
#include "runtime/op.h"

namespace yy {

class Pool : public Op {
 public:
  enum class Kind { max, average, global_average };

  Pool(Kind kind, WindowAttributes window, bool count_include_pad = false)
      : kind_(kind), window_(std::move(window)), count_include_pad_(count_include_pad) {}

  std::string_view name() const override;
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  LayoutRule layout_rule() const override { return LayoutRule::channels_last; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }

  Kind kind() const { return kind_; }
  Window window(const Shape& input) const;  // a global pool's window is the whole picture
  bool count_include_pad() const { return count_include_pad_; }

 private:
  Kind kind_;
  WindowAttributes window_;
  bool count_include_pad_;
};

std::shared_ptr<const Op> read_pool(NodeSource& source);

}  // namespace yy
