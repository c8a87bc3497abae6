// The search against looking at every pair of thresholds, and its limits and conclusions on networks made up
// to have one.
#include "yy/search.h"

#include <cmath>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "runtime/error.h"
#include "tests/calibration/made_up_networks.h"
#include "yy/calibration.h"

namespace yy {
namespace {

using test::made_up_networks;
using test::MadeUp;

const SearchPlan* find_plan(const SearchResult& result, const std::vector<std::size_t>& networks) {
  for (const SearchPlan& plan : result.plans) {
    if (plan.networks == networks) return &plan;
  }
  return nullptr;
}

TEST(Search, ThresholdsKeepTheTarget) {
  const MadeUp made = made_up_networks(2, 2000, 3);
  SearchOptions options;
  options.target_loss = 0.01;
  const SearchResult result = search(made.networks, made.truth, options);
  const SearchPlan* pair = find_plan(result, {0, 1});
  ASSERT_NE(pair, nullptr);
  CalibrationData data;
  for (const SearchNetwork& network : made.networks)
    data.stages.push_back({network.labels, network.confidences, 0});
  data.truth = made.truth;
  // On all pictures the thresholds keep the target; across halves about that.
  EXPECT_LE(effect_of(data, pair->thresholds).loss(), 0.01 + 1e-9);
  const SearchPlan* last = find_plan(result, {1});
  EXPECT_NEAR(pair->accuracy, last->accuracy - 0.01, 0.02);
}

TEST(Search, FindsTheCheapestThresholds) {
  for (unsigned seed : {1U, 2U, 3U}) {
    const MadeUp made = made_up_networks(3, 400, seed);
    CalibrationData data;
    for (const SearchNetwork& network : made.networks)
      data.stages.push_back({network.labels, network.confidences, 0});
    data.truth = made.truth;
    SearchOptions options;
    options.stages = 3;
    options.target_loss = 0.02;
    const SearchResult result = search(made.networks, made.truth, options);
    const SearchPlan* triple = find_plan(result, {0, 1, 2});
    ASSERT_NE(triple, nullptr);
    const auto cost = [&](const ThresholdEffect& effect) {
      return static_cast<double>(effect.seen[1]) * made.networks[1].seconds +
             static_cast<double>(effect.seen[2]) * made.networks[2].seconds;
    };
    const ThresholdEffect chosen = effect_of(data, triple->thresholds);
    EXPECT_LE(chosen.loss(), 0.02 + 1e-9);
    // Quantiles of 64 levels come within a few pictures of the best on a finer grid.
    double best = 1e300;
    for (int a = 0; a <= 40; ++a) {
      for (int b = 0; b <= 40; ++b) {
        const ThresholdEffect other =
            effect_of(data, {static_cast<float>(a) / 40, static_cast<float>(b) / 40});
        if (other.loss() <= 0.02) best = std::min(best, cost(other));
      }
    }
    EXPECT_LE(cost(chosen), 1.06 * best) << "seed " << seed;
  }
}

TEST(Search, CountsCostsAndMemory) {
  const MadeUp made = made_up_networks(3, 500, 5);
  SearchOptions options;
  options.stages = 3;
  options.decode_seconds = 0.002;
  const SearchResult result = search(made.networks, made.truth, options);
  for (const SearchPlan& plan : result.plans) {
    double seconds = 0.002;
    std::size_t weights = 0, arena = 0;
    for (std::size_t s = 0; s < plan.networks.size(); ++s) {
      seconds += plan.seen[s] * made.networks[plan.networks[s]].seconds;
      weights += made.networks[plan.networks[s]].weights_bytes;
      arena = std::max(arena, made.networks[plan.networks[s]].arena_bytes);
    }
    EXPECT_NEAR(plan.seconds, seconds, 1e-12);
    EXPECT_EQ(plan.bytes, weights + arena);
    EXPECT_EQ(plan.seen[0], 1);
    EXPECT_TRUE(std::is_sorted(plan.seen.rbegin(), plan.seen.rend()));
  }
}

TEST(Search, KnowsWhenNoCascadePays) {
  // The cheap network is never sure and always wrong.
  MadeUp made = made_up_networks(2, 1000, 7);
  for (float& confidence : made.networks[0].confidences) confidence = 0.5F;
  for (int& label : made.networks[0].labels) label = -1;
  const SearchResult result = search(made.networks, made.truth, {});
  EXPECT_FALSE(result.cascade_pays);
  ASSERT_GE(result.best_single, 0);
  EXPECT_EQ(result.plans[static_cast<std::size_t>(result.best_single)].networks, std::vector<std::size_t>{1});
}

TEST(Search, KnowsWhenOneDoes) {
  const SearchResult result = [] {
    const MadeUp made = made_up_networks(3, 5000, 9);
    return search(made.networks, made.truth, {});
  }();
  ASSERT_TRUE(result.cascade_pays);
  const SearchPlan& cascade = result.plans[static_cast<std::size_t>(result.best_cascade)];
  const SearchPlan& single = result.plans[static_cast<std::size_t>(result.best_single)];
  EXPECT_LT(cascade.seconds, single.seconds);
  EXPECT_GE(cascade.accuracy, result.goal);
  EXPECT_GE(single.accuracy, result.goal);
}

TEST(Search, TheFrontHasNothingQuickerAndBetter) {
  const MadeUp made = made_up_networks(5, 2000, 11);
  const SearchResult result = search(made.networks, made.truth, {});
  std::size_t front = 0;
  for (const SearchPlan& plan : result.plans) {
    front += plan.is_on_front ? 1 : 0;
    if (!plan.uses_all()) continue;
    const bool beaten = std::any_of(result.plans.begin(), result.plans.end(), [&](const SearchPlan& other) {
      return other.uses_all() && other.seconds < plan.seconds && other.accuracy >= plan.accuracy;
    });
    if (plan.is_on_front) {
      EXPECT_FALSE(beaten);
    }
  }
  EXPECT_GE(front, 3U);
}

TEST(Search, KeepsLimits) {
  const MadeUp made = made_up_networks(4, 1000, 13);
  SearchOptions options;
  options.max_seconds = made.networks[2].seconds;
  options.max_bytes = made.networks[2].weights_bytes * 2;
  options.min_accuracy = 0.5;
  bool refused = false;
  for (const SearchPlan& plan : search(made.networks, made.truth, options).plans) {
    EXPECT_EQ(plan.fits,
              plan.seconds <= options.max_seconds && plan.bytes <= options.max_bytes && plan.accuracy >= 0.5);
    refused = refused || !plan.fits;
  }
  EXPECT_TRUE(refused);
  options.min_accuracy = 1;
  const SearchResult nothing = search(made.networks, made.truth, options);
  EXPECT_EQ(nothing.best_single, -1);
  EXPECT_EQ(nothing.best_cascade, -1);
  EXPECT_FALSE(nothing.cascade_pays);
}

TEST(Search, RefusesWhatDoesNotFitTogether) {
  MadeUp made = made_up_networks(2, 10, 1);
  made.truth.pop_back();
  EXPECT_THROW(search(made.networks, made.truth, {}), Error);
  EXPECT_THROW(search({made.networks[0]}, made.truth, {}), Error);
  made = made_up_networks(2, 10, 1);
  made.networks[1].seconds = 0;
  EXPECT_THROW(search(made.networks, made.truth, {}), Error);
}

}  // namespace
}  // namespace yy
