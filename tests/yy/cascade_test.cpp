// The cascade on the digits pair: routes and answers equal those composed from the two nets' own answers,
// whatever the batch, the number of threads and the mode.
#include "yy/cascade.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "cpu/cpu_backend.h"
#include "image/decode.h"
#include "runtime/error.h"
#include "runtime/profile.h"
#include "tests/yy/answers.h"

namespace yy {
namespace {

namespace fs = std::filesystem;
using test::Answer;

class DigitsCascade : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::shared_ptr<const Backend> backend = make_cpu_backend();
    yin = std::make_shared<Classifier>(fs::path(YY_TEST_MODELS_DIR) / "digits-yin.onnx", CardOverrides{},
                                       backend);
    yang = std::make_shared<Classifier>(fs::path(YY_TEST_MODELS_DIR) / "digits-yang.onnx", CardOverrides{},
                                        backend);
    yin_answers = test::read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yin.csv");
    yang_answers = test::read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yang.csv");
    for (const Answer& answer : yin_answers) {
      images.push_back(test::read_picture(fs::path(YY_TEST_DATA_DIR) / "digits" / answer.image));
    }
  }
  static void TearDownTestSuite() {
    yin.reset();
    yang.reset();
    images.clear();
  }

  static std::vector<Verdict> run(std::vector<std::shared_ptr<const Classifier>> stages,
                                  CascadeOptions options) {
    std::vector<Verdict> verdicts(images.size());
    std::vector<int> answered(images.size(), 0);
    Cascade cascade(std::move(stages), std::move(options), [&](Verdict&& verdict) {
      ++answered.at(verdict.ticket);
      verdicts[verdict.ticket] = std::move(verdict);
    });
    for (std::size_t i = 0; i < images.size(); ++i) cascade.push(i, images[i]);
    cascade.flush();
    for (std::size_t i = 0; i < answered.size(); ++i) EXPECT_EQ(answered[i], 1) << "image " << i;
    return verdicts;
  }

  // What the two nets' own answers say about image i at threshold T.
  static void expect_composed(const std::vector<Verdict>& verdicts, float threshold) {
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const float yin_confidence = yin_answers[i].confidence;
      if (std::abs(yin_confidence - threshold) < 1e-5F) continue;
      const bool deferred = !(yin_confidence > threshold);
      const Answer& answer = deferred ? yang_answers[i] : yin_answers[i];
      EXPECT_EQ(verdicts[i].stage, deferred ? 1 : 0) << answer.image;
      EXPECT_EQ(verdicts[i].label, answer.predicted) << answer.image;
      EXPECT_NEAR(verdicts[i].confidence, answer.confidence, 1e-5) << answer.image;
      EXPECT_EQ(verdicts[i].error, "");
    }
  }

  static inline std::shared_ptr<const Classifier> yin, yang;
  static inline std::vector<Answer> yin_answers, yang_answers;
  static inline std::vector<Image> images;
};

TEST_F(DigitsCascade, RecognisesScoresThatAlreadyAreADistribution) {
  EXPECT_FALSE(yin->gives_probabilities());
  EXPECT_TRUE(yang->gives_probabilities());
}

TEST_F(DigitsCascade, EqualsTheComposedAnswersForAllBatchesThreadsAndModes) {
  for (std::int64_t batch : {1, 3, 7, 16}) {
    for (int threads : {1, 2}) {
      for (bool carry_over : {true, false}) {
        SCOPED_TRACE(testing::Message()
                     << "batch " << batch << ", threads " << threads << ", carry " << carry_over);
        expect_composed(run({yin, yang}, {{0.8F}, batch, threads, carry_over, 1}), 0.8F);
      }
    }
  }
}

TEST_F(DigitsCascade, ThresholdOneDefersAllAndZeroNone) {
  for (const Verdict& verdict : run({yin, yang}, {{1.F}, 8, 1, true, 1})) EXPECT_EQ(verdict.stage, 1);
  for (const Verdict& verdict : run({yin, yang}, {{0.F}, 8, 1, true, 1})) EXPECT_EQ(verdict.stage, 0);
}

TEST_F(DigitsCascade, OneStageIsThePlainClassifier) {
  const auto verdicts = run({yang}, {{}, 8, 1, true, 1});
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    EXPECT_EQ(verdicts[i].stage, 0);
    EXPECT_EQ(verdicts[i].label, yang_answers[i].predicted);
    EXPECT_NEAR(verdicts[i].confidence, yang_answers[i].confidence, 1e-5);
  }
}

TEST_F(DigitsCascade, ThreeStagesPassOnStageByStage) {
  const auto verdicts = run({yin, yin, yang}, {{0.6F, 0.9F}, 5, 1, true, 1});
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const float confidence = yin_answers[i].confidence;
    EXPECT_EQ(verdicts[i].stage, confidence > 0.6F ? 0 : 2) << yin_answers[i].image;
  }
}

TEST_F(DigitsCascade, TopClassesBeginWithTheAnswer) {
  for (const Verdict& verdict : run({yin, yang}, {{0.8F}, 8, 1, true, 3})) {
    ASSERT_EQ(verdict.top.size(), 3U);
    EXPECT_EQ(verdict.top[0].label, verdict.label);
    EXPECT_NEAR(verdict.top[0].probability, verdict.confidence, 1e-6);
    EXPECT_GE(verdict.top[0].probability, verdict.top[1].probability);
    EXPECT_GE(verdict.top[1].probability, verdict.top[2].probability);
  }
}

// A picture that waits in Yang's queue is answered after at most 64 further Yin batches.
TEST_F(DigitsCascade, NoPictureWaitsLongerThan64YinBatches) {
  const std::size_t doubtful = static_cast<std::size_t>(
      std::min_element(yin_answers.begin(), yin_answers.end(),
                       [](const Answer& a, const Answer& b) { return a.confidence < b.confidence; }) -
      yin_answers.begin());
  const std::size_t certain = static_cast<std::size_t>(
      std::max_element(yin_answers.begin(), yin_answers.end(),
                       [](const Answer& a, const Answer& b) { return a.confidence < b.confidence; }) -
      yin_answers.begin());
  bool answered = false;
  Cascade cascade({yin, yang}, {{yin_answers[doubtful].confidence + 1e-3F}, 4, 1, true, 1},
                  [&](Verdict&& verdict) { answered = answered || verdict.ticket == 0; });
  cascade.push(0, images[doubtful]);
  std::uint64_t pushed = 1;
  while (!answered && pushed < 4 * 100) cascade.push(pushed++, images[certain]);
  EXPECT_TRUE(answered);
  EXPECT_LE(pushed, 4U * 65);
  EXPECT_GT(pushed, 4U * 60);
}

TEST_F(DigitsCascade, ProfiledItAnswersTheSameAndCountsEveryBatch) {
  Profile profile;
  CascadeOptions options{{0.8F}, 8, 1, true, 1};
  options.profile = &profile;
  expect_composed(run({yin, yang}, options), 0.8F);
  std::map<std::string, std::uint64_t> calls;
  for (const Profile::Row& row : profile.rows()) calls[row.part + " " + row.node] += row.calls;
  EXPECT_EQ(calls["stage 1 probe"], images.size() / 8);
  EXPECT_GT(calls["stage 2 probe"], 0U);
  for (const char* node : {"select", "gather", "scatter labels", "scatter confidences"}) {
    EXPECT_EQ(calls[std::string("stage 1 ") + node], images.size() / 8) << node;
  }
  EXPECT_EQ(calls["stage 2 scatter labels"], calls["stage 2 probe"]);
  EXPECT_FALSE(calls.contains("stage 2 select"));
}

TEST_F(DigitsCascade, PreparedItMakesNoProgramLater) {
  Profile profile;
  CascadeOptions options{{0.8F}, 12, 1, true, 1};
  options.profile = &profile;
  Cascade cascade({yin, yang}, options, [](Verdict&&) {});
  const std::size_t unprepared = profile.rows().size();
  cascade.prepare();
  const std::size_t prepared = profile.rows().size();
  EXPECT_EQ(prepared, 5 * unprepared);  // batches of 12, and of 1, 2, 4 and 8
  for (std::size_t i = 0; i < images.size(); ++i) {
    cascade.push(i, images[i]);
    if (i % 7 == 0) cascade.flush();
  }
  cascade.flush();
  EXPECT_EQ(profile.rows().size(), prepared);
}

TEST_F(DigitsCascade, RefusesBadOptions) {
  const auto make = [&](CascadeOptions options) {
    Cascade({yin, yang}, std::move(options), [](Verdict&&) {});
  };
  for (float threshold : {-0.1F, 1.1F, std::nanf("")}) {
    EXPECT_THROW(make({{threshold}, 8, 1, true, 1}), Error) << threshold;
  }
  EXPECT_THROW(make({{}, 8, 1, true, 1}), Error);
  EXPECT_THROW(make({{0.5F}, 0, 1, true, 1}), Error);
  EXPECT_THROW(make({{0.5F}, 8, 0, true, 1}), Error);
}

TEST_F(DigitsCascade, RefusesAPictureThatAStageCannotPrepareAndGoesOn) {
  std::size_t answered = 0;
  Cascade cascade({yin, yang}, {{1.F}, 2, 1, true, 1}, [&](Verdict&&) { ++answered; });
  Image odd = images[0];
  odd.width = odd.region.width = 15;
  odd.pixels.resize(15 * 16 * 3);
  cascade.push(0, images[0]);
  EXPECT_THROW(cascade.push(1, odd), Error);
  cascade.push(2, images[1]);
  cascade.flush();
  EXPECT_EQ(answered, 2U);
}

// Pictures in random order and number, with random batch and threshold: every one is answered once and right.
TEST_F(DigitsCascade, HoldsForRandomOptions) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  for (int round = 0; round < 12; ++round) {
    const float threshold = static_cast<float>(random() % 1000) / 1000.F;
    const auto batch = static_cast<std::int64_t>(1 + random() % 20);
    const bool carry_over = random() % 2 == 0;
    expect_composed(run({yin, yang}, {{threshold}, batch, 1, carry_over, 1}), threshold);
  }
}

}  // namespace
}  // namespace yy
