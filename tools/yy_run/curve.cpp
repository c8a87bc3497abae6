#include "tools/yy_run/curve.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "tools/yy_run/interrupt.h"

namespace yy {

CurvePoint point_of(const ThresholdEffect& effect) {
  CurvePoint point;
  point.threshold = effect.threshold;
  point.deferred = effect.deferred();
  point.accuracy = effect.accuracy();
  point.loss = effect.loss();
  point.bound = std::numeric_limits<double>::quiet_NaN();
  point.seconds = effect.seconds_per_image;
  return point;
}

std::vector<CurvePoint> curve_of(const Calibration& calibration, double confidence, bool combined) {
  constexpr double step = 0.005;
  std::vector<CurvePoint> curve;
  for (const ThresholdEffect& effect : calibration.curve) {
    const bool is_wanted = curve.empty() || curve.back().deferred - effect.deferred() >= step ||
                           &effect == &calibration.curve.back() ||
                           effect.threshold == calibration.chosen.threshold;
    if (!is_wanted) continue;
    stop_if_interrupted();
    CurvePoint& point = curve.emplace_back(point_of(effect));
    // Nothing is lost where the last network answers everything, and alone.
    const bool is_last_alone = !combined && effect.seen.back() == effect.counts.images;
    point.bound = is_last_alone ? 0 : loss_bound(effect.counts, confidence);
  }
  return curve;
}

std::string csv_of(const std::vector<CurvePoint>& curve) {
  std::string csv = "threshold,minus_log,deferred,accuracy,loss,bound,seconds_per_image\r\n";
  for (const CurvePoint& point : curve) {
    csv += fmt::format("{},{},{},{},{},{},{}\r\n", static_cast<float>(point.threshold),
                       point.threshold > 0 ? std::abs(std::log(point.threshold)) : INFINITY, point.deferred,
                       point.accuracy, point.loss, point.bound, point.seconds);
  }
  return csv;
}

}  // namespace yy
