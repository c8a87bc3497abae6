// Conv over one to three spatial axes: X [N,C,H,W], W [M,C/group,kH,kW], B [M] -> Y [N,M,oH,oW]; float32. One
// and three axes likewise, but without the fast code that pictures have.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "ops/activation.h"
#include "ops/registry.h"
#include "ops/window.h"
#include "runtime/op.h"

namespace yy {

// What a convolution does to its result before it stores it: y = activation(conv + bias + residual).
struct Epilogue {
  bool residual = false;  // input 3, of Y's shape, is added
  std::optional<Activation> activation;
};

class Conv : public Op {
 public:
  Conv(WindowAttributes window, std::int64_t group, Epilogue epilogue = {})
      : window_(std::move(window)), group_(group), epilogue_(std::move(epilogue)) {}

  std::string_view name() const override { return "Conv"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::size_t required_inputs() const override { return 2; }
  bool needs_constant(std::size_t index) const override { return index == 1; }
  LayoutRule layout_rule() const override { return LayoutRule::channels_last; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;
  std::int64_t macs(std::span<const OpInput> inputs, std::span<const TensorDesc> outputs) const override;
  std::string details() const override;

  const WindowAttributes& window_attributes() const { return window_; }
  Window window(std::span<const OpInput> inputs) const;
  std::int64_t group() const { return group_; }
  const Epilogue& epilogue() const { return epilogue_; }

  // The same convolution with something changed; for the passes.
  std::shared_ptr<const Conv> with(WindowAttributes window) const;
  std::shared_ptr<const Conv> with(Epilogue epilogue) const;

 private:
  WindowAttributes window_;
  std::int64_t group_;
  Epilogue epilogue_;
};

std::shared_ptr<const Op> read_conv(NodeSource& source);

}  // namespace yy
