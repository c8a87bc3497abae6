#include "yy/calibration.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

void check(const CalibrationData& data) {
  if (data.stages.size() < 2) refuse("a calibration needs at least two networks");
  const std::size_t images = data.images();
  if (images == 0) refuse("a calibration needs at least one picture");
  for (const StageAnswers& stage : data.stages) {
    if (stage.labels.size() == images && stage.confidences.size() == images) continue;
    refuse(fmt::format("the networks' answers are of different numbers of pictures, {} and {}", images,
                       std::min(stage.labels.size(), stage.confidences.size())));
  }
  for (const StageAnswers& stage : data.stages) {
    if (stage.cascade_labels.empty() || stage.cascade_labels.size() == images) continue;
    refuse(fmt::format("the cascade's answers are of {} pictures, the networks' of {}",
                       stage.cascade_labels.size(), images));
  }
  if (!data.truth.empty() && data.truth.size() != images) {
    refuse(fmt::format("there are {} labels for {} pictures", data.truth.size(), images));
  }
}

// The cascade at a threshold that only goes down. Each picture is answered by the first stage that is surer
// than the threshold, so it moves to an earlier stage now and then, and the counts follow.
class Walk {
 public:
  explicit Walk(const CalibrationData& data)
      : data_(data), last_(static_cast<int>(data.stages.size()) - 1), stage_of_(data.images(), last_) {
    effect_.counts.images = static_cast<std::int64_t>(data.images());
    effect_.counts.can_win = !data.truth.empty();
    effect_.seen.assign(data.stages.size(), effect_.counts.images);
    for (std::size_t i = 0; i < data.images(); ++i) count(last_, i, 1);
    for (int s = 0; s < last_; ++s) {
      const std::vector<float>& confidences = stage(s).confidences;
      for (std::size_t i = 0; i < confidences.size(); ++i) {
        if (!std::isnan(confidences[i])) steps_.push_back({confidences[i], s, i});  // NaN never answers
      }
    }
    std::sort(steps_.begin(), steps_.end(),
              [](const Step& a, const Step& b) { return a.confidence > b.confidence; });
  }

  // Pictures whose confidences are equal move together.
  const ThresholdEffect& down_to(float threshold) {
    for (; next_ < steps_.size() && steps_[next_].confidence > threshold; ++next_) take(steps_[next_]);
    effect_.threshold = threshold;
    effect_.seconds_per_image = 0;
    for (int s = 0; s <= last_; ++s) {
      effect_.seconds_per_image += stage(s).seconds_per_image *
                                   static_cast<double>(effect_.seen[static_cast<std::size_t>(s)]) /
                                   static_cast<double>(effect_.counts.images);
    }
    return effect_;
  }

 private:
  struct Step {
    float confidence;
    int stage;
    std::size_t image;
  };

  const StageAnswers& stage(int s) const { return data_.stages[static_cast<std::size_t>(s)]; }

  void count(int s, std::size_t image, std::int64_t by) {
    const int truth = reference_of(data_)[image];
    const bool right = cascade_labels_of(stage(s))[image] == truth;
    const bool last_right = stage(last_).labels[image] == truth;
    if (last_right && !right) effect_.counts.lost += by;
    if (right && !last_right) effect_.counts.won += by;
    if (right) effect_.correct += by;
  }

  void take(const Step& step) {
    int& now = stage_of_[step.image];
    if (step.stage >= now) return;
    count(now, step.image, -1);
    count(step.stage, step.image, 1);
    for (; now > step.stage; --now) --effect_.seen[static_cast<std::size_t>(now)];
  }

  const CalibrationData& data_;
  int last_;
  std::vector<int> stage_of_;
  std::vector<Step> steps_;
  std::size_t next_ = 0;
  ThresholdEffect effect_;
};

// Every threshold that makes a difference: each confidence there is, and 1.
std::vector<float> all_thresholds(const CalibrationData& data) {
  std::vector<float> thresholds{1, 0};
  for (std::size_t s = 0; s + 1 < data.stages.size(); ++s) {
    for (float confidence : data.stages[s].confidences) {
      if (confidence > 0 && confidence < 1) thresholds.push_back(confidence);
    }
  }
  std::sort(thresholds.begin(), thresholds.end(), std::greater<>());
  thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
  return thresholds;
}

// The last effect of the curve up to which every one is shown to be within the target, as if the counts were
// `times` as large.
const ThresholdEffect& choose_by_bound(const std::vector<ThresholdEffect>& curve,
                                       const CalibrationOptions& options, bool combined, double times = 1) {
  const ThresholdEffect* chosen = &curve.front();
  bool is_known = !combined;  // that deferring everything loses nothing
  for (const ThresholdEffect& effect : curve) {
    const bool moved = !is_known || effect.seen != chosen->seen;
    is_known = true;
    const auto scaled = [=](std::int64_t count) { return std::llround(static_cast<double>(count) * times); };
    const PairedCounts& counts = effect.counts;
    if (moved &&
        !loss_is_below({scaled(counts.images), scaled(counts.lost), scaled(counts.won), counts.can_win},
                       options.target.value, options.confidence)) {
      break;
    }
    chosen = &effect;
  }
  return *chosen;
}

std::int64_t find_enough_images(const std::vector<ThresholdEffect>& curve, const CalibrationOptions& options,
                                bool combined) {
  const auto images = static_cast<double>(curve.front().counts.images);
  const auto is_enough = [&](double times) {
    return static_cast<double>(choose_by_bound(curve, options, combined, times).seen.back()) <= 0.9 * images;
  };
  double low = 1, high = 1;
  while (!is_enough(high)) {
    low = high;
    high *= 2;
    if (high > 128) return 0;
  }
  while (high - low > 0.02 * low) {
    const double middle = (low + high) / 2;
    (is_enough(middle) ? high : low) = middle;
  }
  return std::llround(high * images);
}

template <class Fits>
const ThresholdEffect* choose_least_deferring(const std::vector<ThresholdEffect>& curve, Fits fits) {
  for (auto effect = curve.rbegin(); effect != curve.rend(); ++effect) {
    if (fits(*effect)) return &*effect;
  }
  return nullptr;
}

// The most careful one that fits.
template <class Fits>
const ThresholdEffect* choose_most_deferring(const std::vector<ThresholdEffect>& curve, Fits fits) {
  for (const ThresholdEffect& effect : curve) {
    if (fits(effect)) return &effect;
  }
  return nullptr;
}

const ThresholdEffect& choose(const std::vector<ThresholdEffect>& curve, const CalibrationOptions& options,
                              bool combined) {
  const double value = options.target.value;
  switch (options.target.kind) {
    case CalibrationTarget::Kind::defer:
      return *choose_most_deferring(curve, [=](const auto& effect) { return effect.deferred() <= value; });
    case CalibrationTarget::Kind::latency: {
      const auto* found =
          choose_most_deferring(curve, [=](const auto& effect) { return effect.seconds_per_image <= value; });
      if (found != nullptr) return *found;
      refuse(
          fmt::format("no threshold is quick enough: the first network alone takes {:.3f} ms per picture, "
                      "{:.3f} are allowed",
                      1e3 * curve.back().seconds_per_image, 1e3 * value));
    }
    case CalibrationTarget::Kind::loss:
      break;
  }
  if (options.method == CalibrationMethod::bound) return choose_by_bound(curve, options, combined);
  const auto* found =
      choose_least_deferring(curve, [=](const auto& effect) { return effect.loss() <= value; });
  if (found != nullptr) return *found;
  refuse(fmt::format("no threshold loses at most {:g} points: deferring everything loses {:g}", 100 * value,
                     100 * curve.front().loss()));
}

}  // namespace

const std::vector<int>& reference_of(const CalibrationData& data) {
  return data.truth.empty() ? data.stages.back().labels : data.truth;
}

double accuracy_of(const CalibrationData& data, std::size_t stage) {
  const std::vector<int>& right = reference_of(data);
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < right.size(); ++i) correct += data.stages[stage].labels[i] == right[i] ? 1 : 0;
  return static_cast<double>(correct) / static_cast<double>(right.size());
}

const std::vector<int>& cascade_labels_of(const StageAnswers& stage) {
  return stage.cascade_labels.empty() ? stage.labels : stage.cascade_labels;
}

bool is_combined(const CalibrationData& data) {
  return !data.stages.back().cascade_labels.empty();
}

double ThresholdEffect::deferred() const {
  return static_cast<double>(seen.at(1)) / static_cast<double>(counts.images);
}

double ThresholdEffect::accuracy() const {
  return static_cast<double>(correct) / static_cast<double>(counts.images);
}

double ThresholdEffect::loss() const {
  return static_cast<double>(counts.lost - counts.won) / static_cast<double>(counts.images);
}

ThresholdEffect effect_of(const CalibrationData& data, float threshold) {
  check(data);
  return Walk(data).down_to(threshold);
}

ThresholdEffect effect_of(const CalibrationData& data, const std::vector<float>& thresholds) {
  check(data);
  if (thresholds.size() + 1 != data.stages.size()) {
    refuse(fmt::format("{} networks need {} thresholds, found {}", data.stages.size(), data.stages.size() - 1,
                       thresholds.size()));
  }
  // Confidences that say no more than whether their gate answers, so that one threshold does for all.
  CalibrationData gated = data;
  for (std::size_t s = 0; s < thresholds.size(); ++s) {
    for (float& confidence : gated.stages[s].confidences) confidence = confidence > thresholds[s] ? 1.F : 0.F;
  }
  ThresholdEffect effect = Walk(gated).down_to(0.5F);
  effect.threshold = thresholds.front();
  return effect;
}

Calibration calibrate(const CalibrationData& data, const CalibrationOptions& options) {
  check(data);
  const bool sequence =
      options.target.kind == CalibrationTarget::Kind::loss && options.method == CalibrationMethod::bound;
  Calibration result;
  Walk walk(data);
  for (float threshold : sequence ? threshold_sequence(options.classes) : all_thresholds(data)) {
    result.curve.push_back(walk.down_to(threshold));
  }
  const bool combined = is_combined(data);
  result.chosen = choose(result.curve, options, combined);
  result.bound = loss_bound(result.chosen.counts, options.confidence);
  result.saves = result.chosen.seen.back() < result.chosen.counts.images;
  if (!result.saves) {
    // Nothing is lost where the last stage answers everything, and alone.
    if (!combined) result.bound = 0;
    if (sequence) result.enough_images = find_enough_images(result.curve, options, combined);
  }
  return result;
}

std::vector<float> threshold_sequence(std::size_t classes) {
  constexpr double steps_per_e = 16;
  const double lowest = 1.0 / static_cast<double>(std::max<std::size_t>(classes, 2));
  std::vector<float> thresholds{1};
  for (int step = static_cast<int>(-17 * steps_per_e);; ++step) {  // e^-17: what float leaves below 1
    const auto threshold = static_cast<float>(std::exp(-std::exp(step / steps_per_e)));
    if (threshold < lowest) break;
    if (threshold < thresholds.back()) thresholds.push_back(threshold);
  }
  thresholds.push_back(0);
  return thresholds;
}

}  // namespace yy
