#include "tools/yy_run/lower_thresholds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace yy {

std::vector<CurvePoint> lower_thresholds(const std::vector<Answered>& answers, double threshold,
                                         double seconds_before, double seconds_beyond) {
  std::vector<const Answered*> beyond;
  double labelled = 0, right = 0;
  for (const Answered& answer : answers) {
    if (answer.truth < 0) continue;
    ++labelled;
    right += answer.label == answer.truth ? 1 : 0;
    if (answer.stage > 0) beyond.push_back(&answer);
  }
  std::vector<CurvePoint> curve;
  if (labelled == 0) return curve;
  const auto add = [&](double at, std::size_t deferred) {
    CurvePoint& point = curve.emplace_back();
    point.threshold = at;
    point.deferred = static_cast<double>(deferred) / labelled;
    point.accuracy = right / labelled;
    point.bound = std::numeric_limits<double>::quiet_NaN();
    point.seconds = seconds_before + point.deferred * seconds_beyond;
  };
  add(threshold, beyond.size());
  // What does not exceed 0, NaN among it, is always deferred.
  std::erase_if(beyond, [](const Answered* answer) { return !(answer->yin_confidence > 0); });
  std::ranges::stable_sort(beyond, std::greater<>(), &Answered::yin_confidence);
  const auto always = static_cast<std::size_t>(std::llround(curve[0].deferred * labelled)) - beyond.size();
  for (std::size_t i = 0; i < beyond.size(); ++i) {
    const Answered& answer = *beyond[i];
    right += (answer.yin_label == answer.truth ? 1 : 0) - (answer.label == answer.truth ? 1 : 0);
    const std::size_t left = beyond.size() - i - 1;
    const double next = left > 0 ? beyond[i + 1]->yin_confidence : 0;
    if (left == 0 || next < answer.yin_confidence) add(next, always + left);
  }
  return curve;
}

}  // namespace yy
