// Probe (ours): scores [N,C] (or [N,C,1,1]) -> label int32 [N] and confidence float32 [N], the cascade's gate
// value.
//
// The label is the first largest score. The confidence is the largest softmax probability, computed as
// 1 / sum(exp(score - largest)), which cannot overflow; where the scores already are a distribution, it is
// the largest of them. A row that holds a NaN has confidence NaN and label -1.
#pragma once

#include "runtime/op.h"

namespace yy {

class Probe : public Op {
 public:
  explicit Probe(bool scores_are_probabilities) : scores_are_probabilities_(scores_are_probabilities) {}

  std::string_view name() const override { return "Probe"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  bool scores_are_probabilities() const { return scores_are_probabilities_; }

 private:
  bool scores_are_probabilities_;
};

}  // namespace yy
