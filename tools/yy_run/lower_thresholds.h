// What fewer deferrals would have made of a run: known from its answers, since Yin answered every picture.
#pragma once

#include <vector>

#include "tools/yy_run/curve.h"
#include "tools/yy_run/report_sections.h"

namespace yy {

// From the run's own threshold of the first gate down to 0, over the labelled answers; empty where there are
// none. Pictures whose confidences are equal move together. `seconds_before`: per picture, up to Yin's
// answer; `seconds_beyond`: per deferred picture, from there on. Bounds are NaN.
std::vector<CurvePoint> lower_thresholds(const std::vector<Answered>& answers, double threshold,
                                         double seconds_before, double seconds_beyond);

}  // namespace yy
