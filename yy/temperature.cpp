#include "yy/temperature.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace yy {
namespace {

// Derivatives, by beta = 1 / temperature, of the sum over pictures of -log(probability of the right class).
struct Slope {
  double first = 0, second = 0;
};

Slope slope_at(double beta, std::span<const float> distributions, std::size_t classes,
               std::span<const int> truth) {
  // A probability that float cannot hold counts as the least that it can.
  const auto log_of = [](float p) { return std::log(std::max(p, std::numeric_limits<float>::min())); };
  Slope slope;
  std::vector<float> logs(classes);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] < 0) continue;
    const std::span<const float> row = distributions.subspan(i * classes, classes);
    std::ranges::transform(row, logs.begin(), log_of);
    const float largest = std::ranges::max(logs);
    double sum = 0, mean = 0, square = 0;
    for (float log : logs) {
      const double x = log - largest, weight = std::exp(beta * x);
      sum += weight;
      mean += weight * x;
      square += weight * x * x;
    }
    mean /= sum;
    slope.first += mean - (logs[static_cast<std::size_t>(truth[i])] - largest);
    slope.second += square / sum - mean * mean;
  }
  return slope;
}

}  // namespace

// The sum is convex in beta: Newton's steps, halved intervals where they leave the interval.
double fit_temperature(std::span<const float> distributions, std::size_t classes,
                       std::span<const int> truth) {
  if (std::ranges::all_of(truth, [](int label) { return label < 0; })) return 1;
  double low = 1 / largest_temperature, high = 1 / least_temperature, beta = 1;
  for (int i = 0; i < 60; ++i) {
    const Slope slope = slope_at(beta, distributions, classes, truth);
    (slope.first > 0 ? high : low) = beta;
    double next = beta - slope.first / slope.second;
    if (!(next > low && next < high)) next = (low + high) / 2;
    const double moved = std::abs(next - beta);
    beta = next;
    if (moved < 1e-6 * beta) break;
  }
  return 1 / beta;
}

Reliability reliability_of(std::span<const float> probabilities, const std::vector<bool>& right,
                           std::size_t bins) {
  Reliability result;
  result.bins.resize(bins);
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double told = probabilities[i];
    if (std::isnan(told)) continue;
    const auto position = static_cast<std::size_t>(std::clamp(told, 0.0, 1.0) * static_cast<double>(bins));
    Reliability::Bin& bin = result.bins[std::min(position, bins - 1)];
    ++bin.images;
    ++result.images;
    bin.told += told;
    bin.right += right[i] ? 1 : 0;
  }
  for (Reliability::Bin& bin : result.bins) {
    if (bin.images == 0) continue;
    const auto images = static_cast<double>(bin.images);
    result.error += std::abs(bin.told - bin.right) / static_cast<double>(result.images);
    bin.told /= images;
    bin.right /= images;
  }
  return result;
}

}  // namespace yy
