// Distributions against the probe that runs in networks, means against a plain loop, and a cascade that
// combines against both.
#include "yy/combine.h"

#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"
#include "tests/yy/answers.h"
#include "yy/cascade.h"
#include "yy/distribution.h"

namespace yy {
namespace {

namespace fs = std::filesystem;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float inf = std::numeric_limits<float>::infinity();
using Row = std::vector<float>;

Row softmax(const Row& scores) {
  double largest = scores[0], sum = 0;
  for (float score : scores) largest = std::max<double>(largest, score);
  for (float score : scores) sum += std::exp(score - largest);
  Row p;
  for (float score : scores) p.push_back(static_cast<float>(std::exp(score - largest) / sum));
  return p;
}

Row random_scores(std::mt19937& random, std::size_t classes) {
  std::normal_distribution<float> normal(0, 3);
  Row row(classes);
  for (float& score : row) score = normal(random);
  return row;
}

TEST(Distribution, IsTheSoftmax) {
  std::mt19937 random(1);
  for (std::size_t classes : {1, 2, 10, 1000}) {
    const Row scores = random_scores(random, classes), expected = softmax(scores);
    Row found(classes);
    ASSERT_TRUE(write_distribution(scores, false, found));
    for (std::size_t c = 0; c < classes; ++c) EXPECT_NEAR(found[c], expected[c], 1e-6);
    ASSERT_TRUE(write_distribution(expected, true, found));
    EXPECT_EQ(found, expected);
  }
}

TEST(Distribution, HoldsForScoresThatOverflow) {
  Row found(3);
  ASSERT_TRUE(write_distribution(Row{1e4F, 0, -inf}, false, found));
  EXPECT_EQ(found, (Row{1, 0, 0}));
}

TEST(Distribution, RefusesWhatIsNoNumber) {
  Row found{7, 7};
  EXPECT_FALSE(write_distribution(Row{1, nan}, false, found));
  EXPECT_FALSE(write_distribution(Row{1, nan}, true, found));
  EXPECT_FALSE(write_distribution(Row{1, inf}, false, found));
  EXPECT_EQ(found, (Row{7, 7}));
}

TEST(Distribution, GatesAreThoseOfTheProbe) {
  const Row p{0.2F, 0.5F, 0.3F};
  EXPECT_EQ(likeliest_of(p, Gate::max_probability).label, 1);
  EXPECT_FLOAT_EQ(likeliest_of(p, Gate::max_probability).confidence, 0.5F);
  EXPECT_FLOAT_EQ(likeliest_of(p, Gate::margin).confidence, 0.2F);
  const double entropy = -(0.2 * std::log(0.2) + 0.5 * std::log(0.5) + 0.3 * std::log(0.3));
  EXPECT_NEAR(likeliest_of(p, Gate::entropy).confidence, 1 - entropy / std::log(3.0), 1e-6);
  EXPECT_EQ(likeliest_of(Row{0.5F, 0.5F}, Gate::margin).label, 0) << "the first of equals";
  EXPECT_EQ(likeliest_of(Row{1, 0}, Gate::entropy).confidence, 1);
  EXPECT_EQ(likeliest_of(Row{1}, Gate::entropy).confidence, 1);
}

TEST(Distribution, TemperatureDividesLogarithms) {
  std::mt19937 random(2);
  const Row scores = random_scores(random, 10);
  const Row p = softmax(scores);
  for (double temperature : {0.5, 1.0, 1.7, 4.0}) {
    Row scaled = scores;
    for (float& score : scaled) score = static_cast<float>(score / temperature);
    const Row expected = softmax(scaled);
    EXPECT_NEAR(tempered_largest(p, temperature), *std::ranges::max_element(expected), 2e-5) << temperature;
    EXPECT_NEAR(tempered_largest_of_scores(scores, temperature), *std::ranges::max_element(expected), 1e-6);
  }
  EXPECT_EQ(tempered_largest(Row{1, 0, 0}, 3), 1);
  EXPECT_TRUE(std::isnan(tempered_largest_of_scores(Row{0, nan}, 2)));
  EXPECT_TRUE(std::isnan(tempered_largest_of_scores(Row{0, inf}, 2)));
}

// Stages told one by one against the sum that is written down here.
TEST(Combiner, AveragesWhatHasNumbers) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  constexpr std::size_t classes = 7, slots = 3;
  Combiner combiner(slots, classes, {Combine::mean, Gate::margin, 3, {1, 1, 1}});
  ASSERT_TRUE(combiner.needs_scores());
  for (int round = 0; round < 300; ++round) {
    const std::size_t slot = random() % slots, last = random() % 3;
    Row sum(classes, 0);
    float summands = 0;
    Verdict verdict;
    for (std::size_t s = 0; s <= last; ++s) {
      Row scores = random_scores(random, classes);
      const bool is_lost = random() % 5 == 0;
      if (is_lost) scores[random() % classes] = nan;
      if (!is_lost) {
        const Row p = softmax(scores);
        for (std::size_t c = 0; c < classes; ++c) sum[c] += p[c];
        ++summands;
      }
      verdict.label = -1;
      if (s == last) combiner.answer(slot, s, scores, false, verdict);
      if (s < last) combiner.defer(slot, s, scores, false);
    }
    if (last == 0) continue;  // the probe's own answer stands
    if (summands == 0) {
      EXPECT_EQ(verdict.label, -1);
      EXPECT_TRUE(std::isnan(combiner.distribution()[0]));
      EXPECT_TRUE(verdict.top.empty());
      continue;
    }
    for (float& p : sum) p /= summands;
    for (std::size_t c = 0; c < classes; ++c) EXPECT_NEAR(combiner.distribution()[c], sum[c], 1e-6);
    const auto best = std::ranges::max_element(sum) - sum.begin();
    EXPECT_EQ(verdict.label, best);
    EXPECT_NEAR(verdict.confidence, likeliest_of(sum, Gate::margin).confidence, 1e-6);
    EXPECT_NEAR(verdict.probability, sum[static_cast<std::size_t>(best)], 1e-6);
    ASSERT_EQ(verdict.top.size(), 3U);
    EXPECT_EQ(verdict.top[0].label, best);
  }
}

TEST(Combiner, NamesAreReadBack) {
  for (Combine combine : {Combine::replace, Combine::mean})
    EXPECT_EQ(combine_named(name_of(combine)), combine);
  EXPECT_THROW(combine_named("sum"), Error);
}

class CombiningCascade : public testing::Test {
 protected:
  CombiningCascade() {
    const std::shared_ptr<const Backend> backend = make_cpu_backend();
    for (const char* name : {"digits-yin.onnx", "digits-yang.onnx"}) {
      stages_.push_back(
          std::make_shared<Classifier>(fs::path(YY_TEST_MODELS_DIR) / name, CardOverrides{}, backend));
    }
    for (const test::Answer& answer : test::read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yin.csv"))
      images_.push_back(test::read_picture(fs::path(YY_TEST_DATA_DIR) / "digits" / answer.image));
  }

  std::vector<Verdict> run(const std::vector<std::shared_ptr<const Classifier>>& stages,
                           const CascadeOptions& options) const {
    std::vector<Verdict> verdicts(images_.size());
    Cascade cascade(stages, options,
                    [&](Verdict&& verdict) { verdicts[verdict.ticket] = std::move(verdict); });
    for (std::size_t i = 0; i < images_.size(); ++i) cascade.push(i, images_[i]);
    cascade.flush();
    return verdicts;
  }

  std::vector<std::shared_ptr<const Classifier>> stages_;
  std::vector<Image> images_;
};

TEST_F(CombiningCascade, AnswersWithTheMeanOfBoth) {
  CascadeOptions alone;
  alone.scores = true;
  const std::vector<Verdict> yin = run({stages_[0]}, alone), yang = run({stages_[1]}, alone);
  CascadeOptions options;
  options.combine = Combine::mean;
  options.temperatures = {1, 1};
  std::size_t changed = 0;
  for (const auto& [batch, threshold] : {std::pair{1, 0.8F}, {3, 0.8F}, {8, 0.8F}, {8, 1.F}}) {
    options.batch = batch;
    options.thresholds = {threshold};
    const std::vector<Verdict> both = run(stages_, options);
    for (std::size_t i = 0; i < both.size(); ++i) {
      EXPECT_EQ(both[i].yin_label, yin[i].label);
      EXPECT_NEAR(both[i].yin_confidence, yin[i].confidence, 1e-5);
      if (both[i].stage == 0) {
        EXPECT_EQ(both[i].label, yin[i].label);
        EXPECT_NEAR(both[i].probability, yin[i].confidence, 1e-5);
        continue;
      }
      Row mean = softmax(yin[i].scores);
      for (std::size_t c = 0; c < mean.size(); ++c) mean[c] = (mean[c] + yang[i].scores[c]) / 2;
      const auto best = std::ranges::max_element(mean);
      EXPECT_EQ(both[i].label, best - mean.begin());
      EXPECT_NEAR(both[i].confidence, *best, 1e-5);
      changed += both[i].label != yang[i].label ? 1 : 0;
    }
  }
  EXPECT_GT(changed, 0U) << "pictures that cannot tell the mean from Yang";
}

TEST_F(CombiningCascade, TellsWhatYinSaidOfWhatItDeferred) {
  CascadeOptions options;
  const std::vector<Verdict> yin = run({stages_[0]}, options);
  options.thresholds = {1};
  const std::vector<Verdict> both = run(stages_, options);
  for (std::size_t i = 0; i < both.size(); ++i) {
    EXPECT_EQ(both[i].stage, 1);
    EXPECT_EQ(both[i].yin_label, yin[i].label);
    EXPECT_NEAR(both[i].yin_confidence, yin[i].confidence, 1e-5);
  }
}

TEST_F(CombiningCascade, RefusesTemperaturesThatDoNotFit) {
  CascadeOptions options;
  options.thresholds = {0.5F};
  for (const std::vector<double>& bad :
       {std::vector{1.0}, std::vector{1.0, 0.0}, std::vector{1.0, std::nan("")}}) {
    options.temperatures = bad;
    EXPECT_THROW(run(stages_, options), Error);
  }
}

}  // namespace
}  // namespace yy
