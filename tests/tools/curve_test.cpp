// Curves against counts by hand.
#include "tools/yy_run/curve.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "tools/yy_run/lower_thresholds.h"

namespace yy::test {
namespace {

std::vector<Answered> random_answers(std::size_t count, float threshold, std::mt19937& random) {
  std::vector<Answered> answers;
  for (std::size_t i = 0; i < count; ++i) {
    Answered& answer = answers.emplace_back();
    answer.picture = i;
    answer.truth = static_cast<int>(random() % 4) - 1;
    answer.yin_label = static_cast<int>(random() % 3);
    answer.yin_confidence = static_cast<float>(random() % 20) / 20;
    if (random() % 15 == 0) answer.yin_confidence = std::numeric_limits<float>::quiet_NaN();
    answer.stage = answer.yin_confidence > threshold ? 0 : 1;
    answer.label = answer.stage == 0 ? answer.yin_label : static_cast<int>(random() % 3);
  }
  return answers;
}

TEST(LowerThresholds, EqualRunsWithThoseThresholds) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    const std::vector<Answered> answers = random_answers(100, 0.8F, random);
    const std::vector<CurvePoint> curve = lower_thresholds(answers, 0.8F, 2, 10);
    double before = 2;
    for (const CurvePoint& point : curve) {
      double labelled = 0, right = 0, deferred = 0;
      for (const Answered& answer : answers) {
        if (answer.truth < 0) continue;
        const bool defers = !(answer.yin_confidence > static_cast<float>(point.threshold));
        ++labelled;
        deferred += defers ? 1 : 0;
        right += (defers ? answer.label : answer.yin_label) == answer.truth ? 1 : 0;
      }
      EXPECT_NEAR(point.deferred, deferred / labelled, 1e-12) << point.threshold;
      EXPECT_NEAR(point.accuracy, right / labelled, 1e-12) << point.threshold;
      EXPECT_NEAR(point.seconds, 2 + 10 * deferred / labelled, 1e-9);
      EXPECT_LT(point.deferred, before);
      before = point.deferred;
    }
    EXPECT_EQ(curve.front().threshold, 0.8F);
    EXPECT_EQ(curve.back().threshold, 0);
  }
  EXPECT_TRUE(lower_thresholds({}, 0.5, 1, 1).empty());
}

TEST(Curve, KeepsItsEndsAndHasBounds) {
  CalibrationData data;
  data.stages.resize(2);
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    data.truth.push_back(i % 10);
    data.stages[0].labels.push_back(random() % 5 == 0 ? 11 : i % 10);
    data.stages[0].confidences.push_back(static_cast<float>(random() % 100000) / 100000);
    data.stages[1].labels.push_back(i % 10);
    data.stages[1].confidences.push_back(1);
  }
  CalibrationOptions options;
  options.method = CalibrationMethod::empirical;
  const std::vector<CurvePoint> curve = curve_of(calibrate(data, options), 0.95, false);
  EXPECT_LE(curve.size(), 203U);
  EXPECT_EQ(curve.front().deferred, 1);
  EXPECT_EQ(curve.front().bound, 0) << "nothing is lost where Yang answers everything";
  EXPECT_EQ(curve.back().threshold, 0);
  for (const CurvePoint& point : curve) EXPECT_GE(point.bound, point.loss);
  data.stages[1].cascade_labels = data.stages[1].labels;
  EXPECT_GT(curve_of(calibrate(data, options), 0.95, true).front().bound, 0) << "combined answers may lose";
  const std::string csv = csv_of(curve);
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(csv, '\n')), curve.size() + 1);
  EXPECT_TRUE(csv.starts_with(
      "threshold,minus_log,deferred,accuracy,loss,bound,seconds_per_image\r\n1,0,1,1,0,0,0\r\n"))
      << csv.substr(0, 200);
}

}  // namespace
}  // namespace yy::test
