#include "yy/distribution.h"

#include <algorithm>
#include <cmath>

namespace yy {
namespace {

double gate_value(std::span<const float> distribution, std::size_t label, Gate gate) {
  const double largest = distribution[label];
  const std::size_t classes = distribution.size();
  switch (gate) {
    case Gate::max_probability:
      return largest;
    case Gate::margin: {
      double second = 0;
      for (std::size_t c = 0; c < classes; ++c) {
        if (c != label) second = std::max<double>(second, distribution[c]);
      }
      return largest - second;
    }
    case Gate::entropy:
      break;
  }
  if (classes == 1) return 1;
  double entropy = 0;
  for (float p : distribution) {
    if (p > 0) entropy -= p * std::log(static_cast<double>(p));
  }
  return 1 - entropy / std::log(static_cast<double>(classes));
}

}  // namespace

bool write_distribution(std::span<const float> scores, bool probabilities, std::span<float> distribution) {
  float largest = scores[0];
  for (float score : scores) {
    if (std::isnan(score)) return false;
    largest = std::max(largest, score);
  }
  if (probabilities) {
    std::ranges::copy(scores, distribution.begin());
    return true;
  }
  if (std::isinf(largest)) return false;
  double sum = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    distribution[c] = std::exp(scores[c] - largest);
    sum += distribution[c];
  }
  for (float& p : distribution) p = static_cast<float>(p / sum);
  return true;
}

Likeliest likeliest_of(std::span<const float> distribution, Gate gate) {
  const auto label = static_cast<std::size_t>(std::ranges::max_element(distribution) - distribution.begin());
  return {static_cast<int>(label), static_cast<float>(gate_value(distribution, label, gate))};
}

float tempered_largest_of_scores(std::span<const float> scores, double temperature) {
  float largest = scores[0];
  for (float score : scores) largest = std::max(largest, score);
  const auto factor = static_cast<float>(1 / temperature);
  double sum = 0;
  for (float score : scores) sum += std::exp((score - largest) * factor);
  return static_cast<float>(1 / sum);
}

float tempered_largest(std::span<const float> distribution, double temperature) {
  const double largest = *std::ranges::max_element(distribution);
  if (temperature == 1 || !(largest > 0)) return static_cast<float>(largest);
  double sum = 0;
  for (float p : distribution) {
    if (p > 0) sum += std::exp(std::log(p / largest) / temperature);
  }
  return static_cast<float>(1 / sum);
}

}  // namespace yy
