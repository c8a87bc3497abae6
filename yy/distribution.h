// A row of scores as probabilities of the classes, on the host: for what looks at more than a probe's label
// and confidence. Pure functions; thread-safe.
#pragma once

#include <span>

#include "ops/probe.h"

namespace yy {

// The softmax of `scores`, or the scores themselves where the network gives `probabilities` already. False,
// and nothing is written, where one of them is NaN or has no softmax. Both may be the same memory.
bool write_distribution(std::span<const float> scores, bool probabilities, std::span<float> distribution);

struct Likeliest {
  int label;         // the first of the largest
  float confidence;  // what a Probe of this gate says of the distribution
};
Likeliest likeliest_of(std::span<const float> distribution, Gate gate);

// The largest probability once the distribution p is made flatter (temperature above 1) or steeper: the
// largest of p^(1/temperature), over their sum.
float tempered_largest(std::span<const float> distribution, double temperature);

// The same of the softmax of `scores`, in one pass; NaN where that does not exist.
float tempered_largest_of_scores(std::span<const float> scores, double temperature);

}  // namespace yy
