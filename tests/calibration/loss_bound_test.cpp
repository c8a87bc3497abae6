// The bound on the loss, by summing up every sample that there can be: how often it is wrong for a loss that
// is just the target, whatever the probability of winning.
#include "yy/loss_bound.h"

#include <cmath>
#include <gtest/gtest.h>

namespace yy {
namespace {

double log_factorial(std::int64_t n) {
  return std::lgamma(static_cast<double>(n) + 1);
}

// The probability of this sample.
double probability(const PairedCounts& counts, double p_lost, double p_won) {
  const std::int64_t rest = counts.images - counts.lost - counts.won;
  const auto power = [](double p, std::int64_t k) {
    return k == 0 ? 0.0 : static_cast<double>(k) * std::log(p);
  };
  return std::exp(log_factorial(counts.images) - log_factorial(counts.lost) - log_factorial(counts.won) -
                  log_factorial(rest) + power(p_lost, counts.lost) + power(p_won, counts.won) +
                  power(1 - p_lost - p_won, rest));
}

double false_rate(std::int64_t images, double target, double p_won, double confidence, bool can_win = true) {
  double rate = 0;
  for (std::int64_t lost = 0; lost <= images; ++lost) {
    for (std::int64_t won = 0; won <= (can_win ? images - lost : 0); ++won) {
      const PairedCounts counts{images, lost, won, can_win};
      const double here = probability(counts, target + p_won, p_won);
      if (here > 1e-12 && loss_is_below(counts, target, confidence)) rate += here;
    }
  }
  return rate;
}

TEST(LossBound, IsWrongAsOftenAsItMayBe) {
  for (std::int64_t images : {20, 60, 110}) {
    for (double target : {0.02, 0.05, 0.1}) {
      for (double p_won : {0.0, 0.003, 0.01, 0.04, 0.1, 0.3}) {
        for (double confidence : {0.9, 0.95}) {
          EXPECT_LE(false_rate(images, target, p_won, confidence), 1 - confidence + 1e-6)
              << images << " pictures, target " << target << ", P(won) " << p_won;
        }
      }
    }
  }
}

TEST(LossBound, IsNotNeedlesslyCareful) {
  EXPECT_GE(false_rate(110, 0.1, 0.04, 0.95), 0.03);
  EXPECT_GE(false_rate(110, 0.05, 0.1, 0.95), 0.03);
}

TEST(LossBound, IsTheBinomialOneWhereNothingCanBeWon) {
  for (double target : {0.02, 0.05}) EXPECT_LE(false_rate(150, target, 0, 0.95, false), 0.05 + 1e-9);
  // (1 - 0.005)^598 is the first power below 0.05.
  EXPECT_EQ(least_images(0.005, 0.95, false), 598);
  EXPECT_EQ(least_images(0.01, 0.95, false), 299);
}

TEST(LossBound, NeedsHardlyMorePicturesWhereSomethingCanBeWon) {
  const std::int64_t least = least_images(0.005, 0.95, true);
  EXPECT_GE(least, 598);
  EXPECT_LE(least, 620);
  EXPECT_TRUE(loss_is_below({least, 0, 0}, 0.005, 0.95));
  EXPECT_FALSE(loss_is_below({least - 1, 0, 0}, 0.005, 0.95));
}

TEST(LossBound, LiesAboveWhatIsSeenAndGrowsWithTheLosses) {
  double before = 0;
  for (std::int64_t lost = 0; lost <= 40; lost += 5) {
    const PairedCounts counts{1000, lost, 8};
    const double bound = loss_bound(counts, 0.95);
    EXPECT_GT(bound, static_cast<double>(lost - 8) / 1000);
    EXPECT_GE(bound, before);
    EXPECT_TRUE(loss_is_below(counts, bound + 1e-6, 0.95));
    before = bound;
  }
  EXPECT_EQ(loss_bound({0, 0, 0}, 0.95), 1);
  EXPECT_NEAR(loss_bound({100, 100, 0}, 0.95), 1, 1e-6);
  EXPECT_GE(loss_bound({100, 0, 100}, 0.95), 0);
}

TEST(LossBound, ComesCloseToTheNormalOneWhereThatHolds) {
  for (std::int64_t lost : {300, 400}) {
    const PairedCounts counts{10000, lost, 250};
    EXPECT_NEAR(loss_bound(counts, 0.95), normal_loss_bound(counts, 0.95), 4e-4);
  }
}

}  // namespace
}  // namespace yy
