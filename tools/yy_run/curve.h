// What a cascade does at each threshold, as figures and the CSV of `calibrate --curve` show it.
#pragma once

#include <string>
#include <vector>

#include "yy/calibration.h"

namespace yy {

struct CurvePoint {
  double threshold = 1;
  double deferred = 0;  // fraction that Yin does not answer
  double accuracy = 0;  // by the reference
  double loss = 0;      // against the last network, a fraction
  double bound = 0;     // on the loss, for this threshold by itself; NaN where it was not asked for
  double seconds = 0;   // per picture, decoding not counted
};

CurvePoint point_of(const ThresholdEffect& effect);  // without a bound

// Of the calibration's thresholds the chosen one and those that defer at least half a percent less than the
// one before, from "defers everything" down; with the bounds at this confidence. `combined`:
// is_combined(data). Throws Interrupted.
std::vector<CurvePoint> curve_of(const Calibration& calibration, double confidence, bool combined);

std::string csv_of(const std::vector<CurvePoint>& curve);

}  // namespace yy
