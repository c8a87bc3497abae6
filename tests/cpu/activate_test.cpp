// The polynomial erf against the C++ library's, over all that matters of its range.
#include "cpu/private/activate.h"

#include <gtest/gtest.h>
#include <limits>

namespace yy::cpu {
namespace {

TEST(FastErf, IsWithin4e7OfTheLibrarys) {
  double largest = 0;
  for (int i = -600'000; i <= 600'000; ++i) {
    const float x = static_cast<float>(i) * 1e-5F;
    largest = std::max(largest, std::abs(fast_erf(x) - std::erf(static_cast<double>(x))));
  }
  EXPECT_LT(largest, 4e-7);
  EXPECT_GT(largest, 1e-9) << "nothing was compared";
}

TEST(FastErf, EndsAtOneAndKeepsTinyNumbers) {
  EXPECT_FLOAT_EQ(fast_erf(std::numeric_limits<float>::infinity()), 1);
  EXPECT_FLOAT_EQ(fast_erf(-std::numeric_limits<float>::infinity()), -1);
  EXPECT_FLOAT_EQ(fast_erf(1e-30F), 1.1283792e-30F);
  EXPECT_EQ(fast_erf(0), 0);
}

}  // namespace
}  // namespace yy::cpu
