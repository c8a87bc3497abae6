#include "yy/drift.h"

#include <algorithm>
#include <cmath>

#include "yy/log_choose.h"

namespace yy {
double drift_p_value(const Deferred& calibration, const Deferred& run) {
  // Given how many pictures there are and how many are deferred in all, the run's share is hypergeometric.
  const auto images = static_cast<double>(calibration.images + run.images);
  const auto deferred = static_cast<double>(calibration.deferred + run.deferred);
  const auto drawn = static_cast<double>(run.images), observed = static_cast<double>(run.deferred);
  if (drawn == 0 || calibration.images == 0) return 1;
  const double here = std::exp(log_choose(deferred, observed) +
                               log_choose(images - deferred, drawn - observed) - log_choose(images, drawn));
  // Sums from the observed value outwards, by the ratios of neighbours.
  const auto tail = [&](double step) {
    double term = here, sum = here;
    for (double k = observed; term > 1e-15 * sum && term > 0; k += step) {
      const double low = step > 0 ? k : k - 1;  // the ratio is that of low + 1 to low
      const double ratio =
          (deferred - low) * (drawn - low) / ((low + 1) * (images - deferred - drawn + low + 1));
      if (!(ratio > 0) || !std::isfinite(ratio)) break;
      term *= step > 0 ? ratio : 1 / ratio;
      sum += term;
    }
    return sum;
  };
  return std::min(1.0, 2 * std::min(tail(1), tail(-1)));
}

}  // namespace yy
