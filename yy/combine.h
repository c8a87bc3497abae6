// Who answers a picture that was deferred: the last stage that was asked, or the mean of the distributions of
// all stages that were. Gates look at each stage's own confidence either way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ops/probe.h"
#include "yy/verdict.h"

namespace yy {

enum class Combine { replace, mean };

std::string_view name_of(Combine combine);     // "replace", "mean"
Combine combine_named(std::string_view name);  // throws Error (usage)

struct CombineOptions {
  Combine combine = Combine::replace;
  Gate gate = Gate::max_probability;  // of the answer's confidence
  int topk = 1;
  std::vector<double> temperatures;  // one per stage, above 0; none: no probability is told
};

// The scores of a picture's stages on their way to its verdict. Scores that are not numbers have no part in
// the mean. Not thread-safe; allocates only in the constructor (but for the verdict's own memory).
class Combiner {
 public:
  // A picture that is under way has one of `slots` rows.
  Combiner(std::size_t slots, std::size_t classes, CombineOptions options);

  // Whether it needs to know the scores of stages that defer, and of those that answer.
  bool keeps_scores() const { return options_.combine == Combine::mean; }
  bool needs_scores() const { return keeps_scores() || options_.topk > 1 || !options_.temperatures.empty(); }

  // `probabilities`: the scores already are a distribution. Stages are told in order, the first is 0.
  void defer(std::size_t slot, std::size_t stage, std::span<const float> scores, bool probabilities);

  // Fills in label, confidence, probability and top, where the options ask for more than the stage's own
  // probe said, which the verdict holds already.
  void answer(std::size_t slot, std::size_t stage, std::span<const float> scores, bool probabilities,
              Verdict& verdict);

  // Combine::mean: what answer() said; NaN where the scores were not numbers. Until defer() or answer() is
  // called again. [classes]
  std::span<const float> distribution() const { return distribution_; }

 private:
  bool find_mean(std::size_t slot, std::size_t stage, std::span<const float> scores, bool probabilities);
  std::span<float> sum(std::size_t slot) { return std::span(sums_).subspan(slot * classes_, classes_); }

  std::size_t classes_;
  CombineOptions options_;
  std::vector<float> sums_;          // [slots, classes]; of the distributions so far
  std::vector<int> summands_;        // by slot
  std::vector<float> distribution_;  // [classes]; the one at hand
};

}  // namespace yy
