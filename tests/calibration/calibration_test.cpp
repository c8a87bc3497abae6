// Thresholds and their effects against a plain loop over the pictures.
#include "yy/calibration.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "runtime/error.h"

namespace yy {
namespace {

// Networks of which each is surer and better than the one before; confidences with ties, 0, 1 and NaN among
// them.
CalibrationData random_data(std::size_t images, std::size_t stages, unsigned seed) {
  std::mt19937_64 random(seed);
  const auto share = [&] { return static_cast<double>(random() % 1000000) / 1e6; };
  CalibrationData data;
  data.stages.resize(stages);
  for (std::size_t s = 0; s < stages; ++s)
    data.stages[s].seconds_per_image = 1e-3 * static_cast<double>(1 + 4 * s);
  for (std::size_t i = 0; i < images; ++i) {
    data.truth.push_back(static_cast<int>(random() % 10));
    const double ease = share();
    for (std::size_t s = 0; s < stages; ++s) {
      StageAnswers& stage = data.stages[s];
      const double quality = std::pow(ease, 1.0 / static_cast<double>(s + 1));
      const bool right = share() < 0.3 + 0.7 * quality;
      stage.labels.push_back(right ? data.truth.back() : static_cast<int>(random() % 10));
      float confidence = std::round(static_cast<float>(quality) * 50) / 50;
      if (share() < 0.02) confidence = std::numeric_limits<float>::quiet_NaN();
      if (share() < 0.05) confidence = 1 - 6e-8F;
      stage.confidences.push_back(confidence);
    }
  }
  return data;
}

ThresholdEffect by_hand(const CalibrationData& data, float threshold) {
  ThresholdEffect effect;
  effect.seen.assign(data.stages.size(), 0);
  effect.counts.images = static_cast<std::int64_t>(data.images());
  for (std::size_t i = 0; i < data.images(); ++i) {
    std::size_t s = 0;
    ++effect.seen[0];
    while (s + 1 < data.stages.size() && !(data.stages[s].confidences[i] > threshold)) ++effect.seen[++s];
    const StageAnswers& stage = data.stages[s];
    const std::vector<int>& labels = stage.cascade_labels.empty() ? stage.labels : stage.cascade_labels;
    const bool right = labels[i] == data.truth[i];
    const bool last = data.stages.back().labels[i] == data.truth[i];
    effect.correct += right ? 1 : 0;
    effect.counts.lost += last && !right ? 1 : 0;
    effect.counts.won += right && !last ? 1 : 0;
  }
  return effect;
}

void expect_same(const ThresholdEffect& a, const ThresholdEffect& b) {
  EXPECT_EQ(a.seen, b.seen);
  EXPECT_EQ(a.correct, b.correct);
  EXPECT_EQ(a.counts.lost, b.counts.lost);
  EXPECT_EQ(a.counts.won, b.counts.won);
}

std::string complaint(const CalibrationData& data, const CalibrationOptions& options = {}) {
  try {
    calibrate(data, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    return error.what();
  }
  return "";
}

TEST(Calibration, EffectsEqualThoseCountedByHand) {
  for (std::size_t stages : {2, 3, 4}) {
    for (unsigned seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(testing::Message() << stages << " stages, seed " << seed);
      const CalibrationData data = random_data(300, stages, seed);
      for (float threshold : {1.F, 0.99F, 0.9F, 0.5F, 0.02F, 0.F}) {
        expect_same(effect_of(data, threshold), by_hand(data, threshold));
      }
      for (CalibrationMethod method : {CalibrationMethod::bound, CalibrationMethod::empirical}) {
        CalibrationOptions options;
        options.method = method;
        options.target.value = 0.02;
        for (const ThresholdEffect& effect : calibrate(data, options).curve) {
          expect_same(effect, by_hand(data, effect.threshold));
        }
      }
    }
  }
}

// Combined answers are neither network's own; now and then they are right where both are wrong.
CalibrationData combined_data(std::size_t images, std::size_t stages, double quality, unsigned seed) {
  CalibrationData data = random_data(images, stages, seed);
  std::mt19937_64 random(seed + 1);
  for (StageAnswers& stage : data.stages) {
    for (std::size_t i = 0; i < images; ++i) {
      const bool right = static_cast<double>(random() % 1000) < 1000 * quality;
      stage.cascade_labels.push_back(right ? data.truth[i] : stage.labels[i]);
    }
  }
  data.stages[0].cascade_labels = data.stages[0].labels;
  return data;
}

TEST(Calibration, CombinedAnswersCountAgainstTheLastNetworkAlone) {
  for (std::size_t stages : {2, 3}) {
    const CalibrationData data = combined_data(300, stages, 0.3, 11);
    for (float threshold : {1.F, 0.9F, 0.5F, 0.F})
      expect_same(effect_of(data, threshold), by_hand(data, threshold));
    const ThresholdEffect all_deferred = effect_of(data, 1.F);
    EXPECT_GT(all_deferred.counts.won, 0);
    EXPECT_EQ(all_deferred.seen.back(), all_deferred.counts.images);
  }
}

TEST(Calibration, CombinedAnswersArePromisedOnlyWhereShown) {
  // The mean is better than the last network: more can be answered early than without it.
  const CalibrationData better = combined_data(4000, 2, 0.3, 12);
  CalibrationOptions options;
  options.classes = 10;
  options.target.value = 0.01;
  const Calibration found = calibrate(better, options);
  EXPECT_TRUE(found.saves);
  EXPECT_LE(found.bound, 0.01);
  // The mean is worse: deferring everything loses too, and nothing may be promised.
  CalibrationData worse = random_data(4000, 2, 12);
  worse.stages[1].cascade_labels = worse.stages[0].labels;
  worse.stages[1].labels = worse.truth;
  const Calibration none = calibrate(worse, options);
  EXPECT_FALSE(none.saves);
  EXPECT_EQ(none.chosen.threshold, 1);
  EXPECT_GT(none.bound, 0.01);
  EXPECT_EQ(none.enough_images, 0);
  options.method = CalibrationMethod::empirical;
  EXPECT_THAT(complaint(worse, options), testing::HasSubstr("no threshold loses at most 1 points"));
}

TEST(Calibration, BoundStopsAtTheFirstThresholdThatIsNotShown) {
  const CalibrationData data = random_data(4000, 2, 7);
  CalibrationOptions options;
  options.target.value = 0.02;
  options.classes = 10;
  const Calibration found = calibrate(data, options);
  EXPECT_TRUE(found.saves);
  EXPECT_LE(found.bound, 0.02);
  EXPECT_GT(found.bound, found.chosen.loss());
  bool before = true;
  for (const ThresholdEffect& effect : found.curve) {
    const bool shown = effect.seen.back() == effect.counts.images || loss_is_below(effect.counts, 0.02, 0.95);
    before = before && (shown || effect.threshold <= found.chosen.threshold);
    if (effect.threshold >= found.chosen.threshold) {
      EXPECT_TRUE(shown) << effect.threshold;
    }
  }
  EXPECT_TRUE(before);
}

TEST(Calibration, EmpiricalDefersLeastOfWhatFits) {
  const CalibrationData data = random_data(1000, 2, 3);
  CalibrationOptions options;
  options.method = CalibrationMethod::empirical;
  options.target.value = 0.01;
  const Calibration found = calibrate(data, options);
  EXPECT_LE(found.chosen.loss(), 0.01);
  for (int step = 0; step <= 100; ++step) {
    const ThresholdEffect other = by_hand(data, static_cast<float>(step) / 100);
    if (other.loss() <= 0.01) {
      EXPECT_GE(other.deferred(), found.chosen.deferred());
    }
  }
}

TEST(Calibration, TooFewPicturesSaveNothingAndSayHowManyWould) {
  CalibrationData data = random_data(500, 2, 5);
  for (StageAnswers& stage : data.stages) stage.labels = data.truth;  // nothing is ever lost
  CalibrationOptions options;
  options.classes = 10;
  Calibration found = calibrate(data, options);
  EXPECT_FALSE(found.saves);
  EXPECT_EQ(found.chosen.deferred(), 1);
  EXPECT_EQ(found.bound, 0);
  EXPECT_GE(found.enough_images, least_images(0.005, 0.95, true));
  EXPECT_LE(found.enough_images, 1.03 * static_cast<double>(least_images(0.005, 0.95, true)));
  data.stages[0].labels.assign(500, -1);  // never right
  found = calibrate(data, options);
  EXPECT_FALSE(found.saves);
  EXPECT_EQ(found.enough_images, 0);
}

TEST(Calibration, WithoutLabelsTheLastStageIsRight) {
  CalibrationData data = random_data(2000, 2, 11);
  const ThresholdEffect expected = [&] {
    CalibrationData labelled = data;
    labelled.truth = data.stages.back().labels;
    return by_hand(labelled, 0.8F);
  }();
  data.truth.clear();
  const ThresholdEffect effect = effect_of(data, 0.8F);
  expect_same(effect, expected);
  EXPECT_EQ(effect.counts.won, 0);
  EXPECT_FALSE(effect.counts.can_win);
}

TEST(Calibration, OtherTargetsTakeTheMostCarefulThresholdThatFits) {
  const CalibrationData data = random_data(1000, 2, 13);
  CalibrationOptions options;
  options.target = {CalibrationTarget::Kind::defer, 0.3};
  const Calibration few = calibrate(data, options);
  EXPECT_LE(few.chosen.deferred(), 0.3);
  EXPECT_GT(few.chosen.deferred(), 0.25);
  options.target = {CalibrationTarget::Kind::latency, 0.0035};  // 1 ms and 5 ms for half of them
  const Calibration quick = calibrate(data, options);
  EXPECT_LE(quick.chosen.seconds_per_image, 0.0035);
  EXPECT_NEAR(quick.chosen.seconds_per_image, 0.001 + 0.005 * quick.chosen.deferred(), 1e-12);
  EXPECT_GT(quick.chosen.deferred(), 0.45);
  options.target.value = 0.0005;
  EXPECT_THAT(complaint(data, options), testing::HasSubstr("no threshold is quick enough"));
}

TEST(Calibration, EdgesOfThePictures) {
  CalibrationData one = random_data(1, 2, 1);
  EXPECT_FALSE(calibrate(one, {}).saves);
  CalibrationData sure = random_data(100, 2, 1), unsure = sure;
  sure.stages[0].confidences.assign(100, 1.F);
  unsure.stages[0].confidences.assign(100, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(effect_of(sure, 0.9999F).deferred(), 0);
  EXPECT_EQ(effect_of(sure, 1).deferred(), 1);
  EXPECT_EQ(effect_of(unsure, 0).deferred(), 1);
}

TEST(Calibration, RefusesWhatDoesNotFitTogether) {
  CalibrationData data = random_data(10, 2, 1);
  data.truth.pop_back();
  EXPECT_THAT(complaint(data), testing::HasSubstr("9 labels for 10 pictures"));
  data = random_data(10, 2, 1);
  data.stages[1].labels.pop_back();
  EXPECT_THAT(complaint(data), testing::HasSubstr("different numbers of pictures, 10 and 9"));
  EXPECT_THAT(complaint(random_data(0, 2, 1)), testing::HasSubstr("at least one picture"));
  EXPECT_THAT(complaint(random_data(10, 1, 1)), testing::HasSubstr("at least two networks"));
}

TEST(Calibration, ThresholdsFallFromOneToZero) {
  const std::vector<float> thresholds = threshold_sequence(10);
  EXPECT_EQ(thresholds.front(), 1);
  EXPECT_EQ(thresholds.back(), 0);
  EXPECT_TRUE(std::is_sorted(thresholds.rbegin(), thresholds.rend()));
  EXPECT_EQ(std::adjacent_find(thresholds.begin(), thresholds.end()), thresholds.end());
  EXPECT_GE(thresholds[thresholds.size() - 2], 0.1F);
  EXPECT_GT(thresholds.size(), 250U);
}

}  // namespace
}  // namespace yy
