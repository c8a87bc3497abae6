#include "ops/round_weights.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

namespace yy {
namespace {

bool is_bfloat16(float x) {
  int exponent = 0;
  const float significand = std::frexp(x, &exponent);  // 8 bits of it are kept
  return std::ldexp(significand, 8) == std::trunc(std::ldexp(significand, 8));
}

float unit_in_last_place(float x) {
  int exponent = 0;
  std::frexp(x, &exponent);
  return std::ldexp(1.F, exponent - 8);
}

std::vector<float> random_weights(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw(0, 1);
  std::vector<float> weights(count);
  for (float& x : weights) x = draw(random);
  return weights;
}

TEST(RoundWeights, ErrorsOfAFilterSumUpToNothingAndNoneExceedsAUnit) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::size_t filters = 1 + seed % 5, length = 9 * (1 + seed % 40);
    const std::vector<float> before = random_weights(filters * length, seed);
    std::vector<float> after = before;
    round_filters_to_bfloat16(after, {filters, length, length, 1});
    for (std::size_t f = 0; f < filters; ++f) {
      double sum = 0, largest = 0;
      for (std::size_t k = f * length; k < (f + 1) * length; ++k) {
        EXPECT_TRUE(is_bfloat16(after[k])) << after[k];
        EXPECT_LT(std::abs(after[k] - before[k]), unit_in_last_place(before[k]));
        sum += static_cast<double>(after[k]) - before[k];
        largest = std::max(largest, std::abs(static_cast<double>(before[k])));
      }
      EXPECT_LT(std::abs(sum), unit_in_last_place(static_cast<float>(largest)) / 2);
    }
  }
}

// What the rounding is for: many positive inputs, whose errors would otherwise add up.
TEST(RoundWeights, KeepsTheMeanOutputOfPositiveInputs) {
  const std::size_t filters = 64, length = 576;
  const std::vector<float> exact = random_weights(filters * length, 5);
  std::vector<float> balanced = exact, nearest = exact;
  round_filters_to_bfloat16(balanced, {filters, length, length, 1});
  round_filters_to_bfloat16(nearest,
                            {filters * length, 1, 1, 1});  // filters of one weight: nothing to balance
  const auto shift = [&](const std::vector<float>& rounded) {
    double square = 0;
    for (std::size_t f = 0; f < filters; ++f) {
      double sum = 0;
      for (std::size_t k = f * length; k < (f + 1) * length; ++k) sum += rounded[k] - exact[k];
      square += sum * sum;
    }
    return std::sqrt(square / filters);
  };
  EXPECT_LT(shift(balanced), 0.1 * shift(nearest));
}

TEST(RoundWeights, TakesFiltersInColumnsAsInRows) {
  const std::size_t filters = 3, length = 50;
  std::vector<float> rows = random_weights(filters * length, 9), columns(rows.size());
  for (std::size_t f = 0; f < filters; ++f) {
    for (std::size_t k = 0; k < length; ++k) columns[k * filters + f] = rows[f * length + k];
  }
  round_filters_to_bfloat16(rows, {filters, length, length, 1});
  round_filters_to_bfloat16(columns, {filters, 1, length, filters});
  for (std::size_t f = 0; f < filters; ++f) {
    for (std::size_t k = 0; k < length; ++k) EXPECT_EQ(columns[k * filters + f], rows[f * length + k]);
  }
}

TEST(RoundWeights, LeavesWhatBfloat16HoldsAndWhatIsNotFinite) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> weights{1, -0.5F, 0, 3.140625F, inf, -inf, nan, std::numeric_limits<float>::max()};
  const std::vector<float> before = weights;
  round_filters_to_bfloat16(weights, {1, weights.size(), weights.size(), 1});
  for (std::size_t k = 0; k < 6; ++k) EXPECT_EQ(weights[k], before[k]);
  EXPECT_TRUE(std::isnan(weights[6]));
  round_filters_to_bfloat16({}, {0, 0, 0, 0});
}

}  // namespace
}  // namespace yy
