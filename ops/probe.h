// Probe (ours): scores [N,C] (or [N,C,1,1]) -> label int32 [N] and confidence float32 [N], the cascade's gate
// value, from 0 to 1.
//
// The label is the first largest score. With p the softmax of the scores, computed from exp(score - largest),
// which cannot overflow, or the scores themselves where they already are a distribution, the confidence is
//   max_probability  the largest p
//   margin           the largest p less the second largest; less 0 where there is one class
//   entropy          1 + sum(p log p) / log(C): 1 where one p is 1, 0 where all are alike; 1 where there is
//   one class
// A row that holds a NaN has confidence NaN and label -1.
#pragma once

#include <string_view>

#include "runtime/op.h"

namespace yy {

enum class Gate { max_probability, margin, entropy };

std::string_view name_of(Gate gate);     // "maxprob", "margin", "entropy"
Gate gate_named(std::string_view name);  // throws Error (usage)

class Probe : public Op {
 public:
  explicit Probe(bool scores_are_probabilities, Gate gate = Gate::max_probability)
      : scores_are_probabilities_(scores_are_probabilities), gate_(gate) {}

  std::string_view name() const override { return "Probe"; }
  std::vector<TensorDesc> infer(std::span<const OpInput> inputs) const override;
  std::string details() const override;
  bool scores_are_probabilities() const { return scores_are_probabilities_; }
  Gate gate() const { return gate_; }

 private:
  bool scores_are_probabilities_;
  Gate gate_;
};

}  // namespace yy
