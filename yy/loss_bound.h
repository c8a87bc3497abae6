// What a sample says about how much accuracy a cascade loses against its last stage, in bounds that hold for
// samples of any size.
//
// Each picture counts as lost (the cascade is wrong where the last stage is right), won (the other way round)
// or neither. The loss is P(lost) - P(won). The test is exact for the difference lost - won: its p-value is
// the largest over P(won), which nobody knows, within the confidence set that the number of lost and won
// pictures leaves; a fiftieth of the error goes to that set (R. L. Berger, D. D. Boos, "P values maximized
// over a confidence set for the nuisance parameter", JASA 89, 1994; the set's bound: Clopper and Pearson,
// Biometrika 26, 1934).
//
// Pure functions; thread-safe.
#pragma once

#include <cstdint>

namespace yy {

struct PairedCounts {
  std::int64_t images = 0, lost = 0, won = 0;
  bool can_win = true;  // false where the last stage is right by definition: then P(won) is 0
};

// Whether the sample shows at this confidence (in (0.5, 1)) that the loss is below `target`, a fraction in
// (0, 1). For true losses of `target` or more it is wrong with at most probability 1 - confidence.
bool loss_is_below(const PairedCounts& counts, double target, double confidence);

// The least loss that the sample shows to be one: with probability `confidence` over samples it is not below
// the true loss. From 0 to 1.
double loss_bound(const PairedCounts& counts, double confidence);

// The bound that one gets from the normal distribution, for comparison: not valid where few pictures are lost
// or won.
double normal_loss_bound(const PairedCounts& counts, double confidence);

// How many pictures, none lost and none won, would show at this confidence that the loss is below `target`.
std::int64_t least_images(double target, double confidence, bool can_win);

}  // namespace yy
