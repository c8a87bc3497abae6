#include "yy/temperature.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace yy {
namespace {

struct Sample {
  std::vector<float> distributions;
  std::vector<int> truth;
};

// Labels are drawn from softmax(scores); what the network tells is softmax(scores / told): too sure of itself
// where `told` is below 1.
Sample draw(std::size_t images, std::size_t classes, double told, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, 2);
  Sample sample;
  for (std::size_t i = 0; i < images; ++i) {
    std::vector<double> scores(classes), honest(classes);
    for (double& score : scores) score = normal(random);
    for (std::size_t c = 0; c < classes; ++c) honest[c] = std::exp(scores[c]);
    sample.truth.push_back(std::discrete_distribution<int>(honest.begin(), honest.end())(random));
    double sum = 0;
    for (double score : scores) sum += std::exp(score / told);
    for (double score : scores)
      sample.distributions.push_back(static_cast<float>(std::exp(score / told) / sum));
  }
  return sample;
}

TEST(Temperature, FindsTheOneThatWasUsed) {
  for (double told : {0.25, 0.5, 1.0, 2.0}) {
    const Sample sample = draw(20000, 10, told, 3);
    EXPECT_NEAR(fit_temperature(sample.distributions, 10, sample.truth), 1 / told, 0.03 / told) << told;
  }
}

double loss_at(const Sample& sample, std::size_t classes, double temperature) {
  double loss = 0;
  for (std::size_t i = 0; i < sample.truth.size(); ++i) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c)
      sum += std::pow(static_cast<double>(sample.distributions[i * classes + c]), 1 / temperature);
    const double right = sample.distributions[i * classes + static_cast<std::size_t>(sample.truth[i])];
    loss -= std::log(right) / temperature - std::log(sum);
  }
  return loss;
}

TEST(Temperature, IsTheBestOfAll) {
  const Sample sample = draw(300, 5, 0.6, 4);
  const double found = fit_temperature(sample.distributions, 5, sample.truth);
  for (double other = least_temperature; other < largest_temperature; other *= 1.05)
    EXPECT_LE(loss_at(sample, 5, found), loss_at(sample, 5, other) + 1e-6) << other;
}

TEST(Temperature, StaysWithinItsRange) {
  // Always right, and never so.
  const std::vector<float> rows{0.6F, 0.4F, 0.7F, 0.3F};
  EXPECT_NEAR(fit_temperature(rows, 2, std::vector{0, 0}), least_temperature, 1e-3);
  EXPECT_NEAR(fit_temperature(rows, 2, std::vector{1, 1}), largest_temperature, 1e-2);
}

TEST(Temperature, LeavesOutPicturesWithoutLabels) {
  Sample sample = draw(2000, 4, 0.5, 5);
  const double found = fit_temperature(sample.distributions, 4, sample.truth);
  sample.truth.push_back(-1);
  sample.distributions.insert(sample.distributions.end(), 4, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(fit_temperature(sample.distributions, 4, sample.truth), found);
  EXPECT_EQ(fit_temperature({}, 4, {}), 1);
}

TEST(Temperature, TakesProbabilitiesOfZero) {
  const std::vector<float> rows{1, 0, 0, 1, 0, 0, 0.5F, 0.25F, 0.25F};
  const double found = fit_temperature(rows, 3, std::vector{0, 1, 0});
  EXPECT_GE(found, least_temperature);
  EXPECT_LE(found, largest_temperature * (1 + 1e-9));
}

TEST(Reliability, CountsByHand) {
  const std::vector<float> told{0.95F, 0.92F, 1.0F, 0.15F, 0.0F, std::nanf("")};
  const Reliability r = reliability_of(told, {true, false, true, false, false, true});
  EXPECT_EQ(r.images, 5);
  ASSERT_EQ(r.bins.size(), 10U);
  EXPECT_EQ(r.bins[9].images, 3);
  EXPECT_NEAR(r.bins[9].told, (0.95 + 0.92 + 1) / 3, 1e-6);
  EXPECT_NEAR(r.bins[9].right, 2.0 / 3, 1e-9);
  EXPECT_EQ(r.bins[1].images, 1);
  EXPECT_EQ(r.bins[0].images, 1);
  EXPECT_NEAR(r.error, (std::abs(0.95 + 0.92 + 1 - 2) + 0.15 + 0) / 5, 1e-6);
  EXPECT_EQ(reliability_of({}, {}).error, 0);
}

TEST(Reliability, TheFitMakesItBetter) {
  const Sample sample = draw(20000, 10, 0.5, 6);
  std::vector<float> before, after;
  std::vector<bool> right;
  const double temperature = fit_temperature(sample.distributions, 10, sample.truth);
  for (std::size_t i = 0; i < sample.truth.size(); ++i) {
    double sum = 0;
    std::size_t best = 0;
    for (std::size_t c = 0; c < 10; ++c) {
      if (sample.distributions[i * 10 + c] > sample.distributions[i * 10 + best]) best = c;
      sum += std::pow(static_cast<double>(sample.distributions[i * 10 + c]), 1 / temperature);
    }
    const float largest = sample.distributions[i * 10 + best];
    before.push_back(largest);
    after.push_back(static_cast<float>(std::pow(largest, 1 / temperature) / sum));
    right.push_back(static_cast<int>(best) == sample.truth[i]);
  }
  EXPECT_GT(reliability_of(before, right).error, 0.1);
  EXPECT_LT(reliability_of(after, right).error, 0.02);
}

}  // namespace
}  // namespace yy
