// Whether a run's pictures still are what a cascade was calibrated for: the fraction that the gate defers
// tells, without labels.
//
// Pure; thread-safe.
#pragma once

#include <cstdint>

namespace yy {

struct Deferred {
  std::int64_t images = 0, deferred = 0;  // deferred <= images
};

// The probability that two samples of the same pictures differ at least that much in what is deferred: twice
// the smaller tail of Fisher's exact test (R. A. Fisher, "Statistical Methods for Research Workers"), at
// most 1.
double drift_p_value(const Deferred& calibration, const Deferred& run);

}  // namespace yy
