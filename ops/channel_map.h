// ChannelMap (ours): moves whole channels between pictures of one size, as chains of Concat, Split, Slice and
// channel shuffles do. Inputs [N,C,H,W] of one element type, C as they like -> outputs [N,C',H,W].
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runtime/op.h"

namespace yy {

class ChannelMap : public Op {
 public:
  struct Source {  // a channel of an input
    std::int32_t input = 0, channel = 0;
    bool operator==(const Source&) const = default;
  };
  using Output = std::vector<Source>;  // where each channel of an output comes from

  explicit ChannelMap(std::vector<Output> outputs) : outputs_(std::move(outputs)) {}

  std::string_view name() const override { return "ChannelMap"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  LayoutRule layout_rule() const override { return LayoutRule::channels_last; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }

  const std::vector<Output>& outputs() const { return outputs_; }

 private:
  std::vector<Output> outputs_;
};

}  // namespace yy
