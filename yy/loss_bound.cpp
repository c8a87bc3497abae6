#include "yy/loss_bound.h"

#include <algorithm>
#include <cmath>

#include "yy/log_choose.h"

namespace yy {
namespace {

constexpr double set_share =
    0.02;  // of the error that is allowed: that P(won) lies outside of its confidence set
constexpr double quick_share = 0.01;  // of the same: for the cheap test that comes first
constexpr int grid = 24;              // steps at which the p-value is looked at inside of the set
constexpr double negligible = 1e-12;  // what is left out of a distribution at its end

double binomial(double n, double k, double p) {
  if (p <= 0) return k == 0 ? 1 : 0;
  if (p >= 1) return k == n ? 1 : 0;
  return std::exp(log_choose(n, k) + k * std::log(p) + (n - k) * std::log1p(-p));
}

// Where a binomial distribution begins to matter.
double first_of(double n, double p) {
  return std::max(0.0, std::floor(n * p - 8 * std::sqrt(n * p * (1 - p)) - 8));
}

// P(X <= k) for X binomial.
double binomial_tail(double n, double k, double p) {
  if (k < 0) return 0;
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  const double ratio = p / (1 - p);
  double i = first_of(n, p);
  if (i > k) return 0;
  double term = binomial(n, i, p), sum = term;
  for (; i < k; ++i) {
    term *= (n - i) / (i + 1) * ratio;
    sum += term;
    if (i > n * p && term < negligible * sum) break;
  }
  return std::min(1.0, sum);
}

// How far lost - won lies above what it would be if the loss were `target`, in standard deviations: the score
// test (T. Tango, Statistics in Medicine 17, 1998), with P(won) the likeliest one under that loss.
double score(double n, double lost, double won, double target) {
  const double b = lost * (1 + target) + won * (1 - target) - 2 * n * target;
  const double likeliest = (b + std::sqrt(b * b + 8 * n * won * target * (1 - target))) / (4 * n);
  return (lost - won - n * target) / std::sqrt(n * (2 * likeliest + target - target * target));
}

// P(score <= observed) for a loss of `target` and this P(won).
double score_tail(double n, double observed, double target, double p_won) {
  const double p_lost = (target + p_won) / (1 - p_won);  // of the pictures that are not won
  double sum = 0, lost = -1;                             // the most lost ones whose score is not above
  for (double won = first_of(n, p_won); won <= n; ++won) {
    while (lost + 1 + won <= n && score(n, lost + 1, won, target) <= observed) ++lost;
    const double here = binomial(n, won, p_won);
    sum += here * binomial_tail(n - won, lost, p_lost);
    if (won > n * p_won && here < negligible) break;
  }
  return std::min(1.0, sum);
}

// Largest p at which P(X <= k) is still `level`: the Clopper-Pearson bound from above.
double upper_share(double n, double k, double level) {
  if (k >= n) return 1;
  double low = k / n, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (binomial_tail(n, k, middle) > level ? low : high) = middle;
  }
  return high;
}

// A bound on P(lost - won <= difference) for all P(won) up to `most_won`, by Chernoff's inequality, whose
// exponent grows with P(won).
double chernoff(double n, double difference, double target, double most_won) {
  double best = 0;  // the logarithm
  for (double t = 1.0 / 64; t <= 4; t *= 1.25) {
    const double step = target * std::expm1(-t) + most_won * (std::expm1(-t) + std::expm1(t));
    best = std::min(best, t * difference + n * std::log1p(step));
  }
  return std::exp(best);
}

// z with P(N > z) = 1 - confidence, by bisection.
double normal_quantile(double confidence) {
  double low = 0, high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(middle / std::sqrt(2.0)) > 1 - confidence ? low : high) = middle;
  }
  return high;
}

}  // namespace

bool loss_is_below(const PairedCounts& counts, double target, double confidence) {
  const auto n = static_cast<double>(counts.images), lost = static_cast<double>(counts.lost),
             won = static_cast<double>(counts.won);
  const double error = 1 - confidence;
  if (counts.images == 0) return false;
  if (!counts.can_win) return binomial_tail(n, lost, target) <= error;
  const double outside = set_share * error;
  const double most_won = (upper_share(n, lost + won, outside) - target) / 2;
  if (most_won < 0) return true;
  if (chernoff(n, lost - won, target, most_won) <= quick_share * error) return true;
  const double observed = score(n, lost, won, target);
  const double rest = (1 - set_share - quick_share) * error;
  for (int i = grid; i >= 0; --i) {
    if (score_tail(n, observed, target, most_won * i / grid) > rest) return false;
  }
  return true;
}

double loss_bound(const PairedCounts& counts, double confidence) {
  double low = 0, high = 1;
  while (high - low > 1e-7) {
    const double middle = (low + high) / 2;
    (loss_is_below(counts, middle, confidence) ? high : low) = middle;
  }
  return high;
}

double normal_loss_bound(const PairedCounts& counts, double confidence) {
  if (counts.images == 0) return 1;
  const auto n = static_cast<double>(counts.images);
  const double mean = static_cast<double>(counts.lost - counts.won) / n;
  const double variance = static_cast<double>(counts.lost + counts.won) / n - mean * mean;
  return mean + normal_quantile(confidence) * std::sqrt(variance / n);
}

std::int64_t least_images(double target, double confidence, bool can_win) {
  std::int64_t low = 0, high = 1;
  const auto shows = [&](std::int64_t n) { return loss_is_below({n, 0, 0, can_win}, target, confidence); };
  while (!shows(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (shows(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace yy
