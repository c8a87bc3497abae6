#include "tools/yy_run/curve.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace yy {

CurvePoint point_of(const ThresholdEffect& effect) {
  CurvePoint point;
  point.threshold = effect.threshold;
  point.deferred = effect.deferred();
  point.accuracy = static_cast<double>(effect.correct) / static_cast<double>(effect.counts.images);
  point.loss = effect.loss();
  point.bound = std::numeric_limits<double>::quiet_NaN();
  point.seconds = effect.seconds_per_image;
  return point;
}

std::vector<CurvePoint> curve_of(const std::vector<ThresholdEffect>& effects, double confidence) {
  constexpr double step = 0.0025;
  std::vector<CurvePoint> curve;
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const ThresholdEffect& effect = effects[i];
    const bool is_new =
        curve.empty() || curve.back().deferred - effect.deferred() >= step || i + 1 == effects.size();
    if (!is_new) continue;
    CurvePoint& point = curve.emplace_back(point_of(effect));
    // Nothing is lost where nothing differs from the last network, whatever the pictures.
    const bool is_last_alone =
        effect.seen.back() == effect.counts.images && effect.counts.lost == 0 && effect.counts.won == 0;
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
