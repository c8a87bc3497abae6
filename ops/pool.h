// MaxPool, AveragePool, GlobalAveragePool over the spatial axes (one to three) of X [N,C,H,W]; float32, and
// MaxPool of int8 and uint8, too. MaxPool's second output, Indices, tells where in X each result lies, as
// int64.
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

  struct Fields {
    bool count_include_pad = false;     // average
    bool indices = false;               // max: the node has the second output
    bool column_major_indices = false;  // max: they count with the first spatial axis fastest
  };

  Pool(Kind kind, WindowAttributes window, Fields fields)
      : kind_(kind), window_(std::move(window)), fields_(fields) {}

  std::string_view name() const override;
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  LayoutRule layout_rule() const override { return LayoutRule::channels_last; }
  PrecisionRule precision_rule(std::span<const OpInput> inputs) const override;

  Kind kind() const { return kind_; }
  Window window(const Shape& input) const;  // a global pool's window is the whole picture
  const WindowAttributes& window_attributes() const { return window_; }
  const Fields& fields() const { return fields_; }

 private:
  Kind kind_;
  WindowAttributes window_;
  Fields fields_;
};

std::shared_ptr<const Op> read_pool(NodeSource& source);

}  // namespace yy
