// LRN: local response normalisation across channels of X [N,C,...]; float32.
// y[c] = x[c] / (bias + alpha / size * sum of x[k]^2)^beta, k from c - floor((size-1)/2) to c +
// ceil((size-1)/2).
#pragma once

#include <memory>
#include <span>

#include "ops/registry.h"
#include "runtime/op.h"

namespace yy {

class Lrn : public Op {
 public:
  struct Fields {
    std::int64_t size = 1;
    float alpha = 1e-4F;
    float beta = 0.75F;
    float bias = 1;
  };

  explicit Lrn(Fields fields) : fields_(fields) {}

  std::string_view name() const override { return "LRN"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  LayoutRule layout_rule() const override { return LayoutRule::follow; }
  PrecisionRule precision_rule(std::span<const OpInput>) const override { return PrecisionRule::follow; }
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

std::shared_ptr<const Op> read_lrn(NodeSource& source);

}  // namespace yy
