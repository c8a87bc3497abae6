// Fisher's test against the sum over all tables.
#include "yy/drift.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace yy {
namespace {

double choose(int n, int k) {
  double result = 1;
  for (int i = 0; i < k; ++i) result = result * (n - i) / (i + 1);
  return k < 0 || k > n ? 0 : result;
}

double by_hand(int images_then, int deferred_then, int images, int deferred) {
  const int all = images_then + images, all_deferred = deferred_then + deferred;
  double below = 0, above = 0;
  for (int k = 0; k <= images; ++k) {
    const double p = choose(all_deferred, k) * choose(all - all_deferred, images - k) / choose(all, images);
    if (k <= deferred) below += p;
    if (k >= deferred) above += p;
  }
  return std::min(1.0, 2 * std::min(below, above));
}

TEST(Drift, EqualsTheSumOverAllTables) {
  for (int images_then : {1, 9, 20}) {
    for (int images : {1, 7, 30}) {
      for (int then = 0; then <= images_then; then += 3) {
        for (int now = 0; now <= images; now += 2) {
          EXPECT_NEAR(drift_p_value({images_then, then}, {images, now}),
                      by_hand(images_then, then, images, now), 1e-9)
              << then << " of " << images_then << ", " << now << " of " << images;
        }
      }
    }
  }
}

TEST(Drift, SeesWhatIsThereAndNothingElse) {
  EXPECT_GT(drift_p_value({5000, 1000}, {500, 104}), 0.1);
  EXPECT_LT(drift_p_value({5000, 1000}, {500, 200}), 1e-9);
  EXPECT_LT(drift_p_value({5000, 1000}, {500, 30}), 1e-9);
  EXPECT_GT(drift_p_value({5000, 1000}, {1, 1}), 0.05) << "one picture tells nothing";
  EXPECT_LT(drift_p_value({50000, 10000}, {1000000, 230000}), 1e-9);
  EXPECT_EQ(drift_p_value({5000, 1000}, {0, 0}), 1);
}

}  // namespace
}  // namespace yy
