#include "ops/round_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "runtime/bfloat16.h"

namespace yy {
namespace {

// A weight between two bfloat16.
struct Rounded {
  float nearest, other;
  float detour;  // how much farther `other` is, as a part of the distance between the two: 0 to 1
  bool flipped = false;
};

Rounded round(float weight) {
  const auto nearest = static_cast<float>(bfloat16(weight));
  if (nearest == weight || !std::isfinite(nearest)) return {weight, weight, 1};
  const std::uint32_t cut = std::bit_cast<std::uint32_t>(weight) & 0xFFFF0000;
  const auto towards_zero = std::bit_cast<float>(cut), away = std::bit_cast<float>(cut + 0x10000);
  const float other = nearest == away ? towards_zero : away;
  if (!std::isfinite(other)) return {nearest, nearest, 1};
  const float detour =
      (std::abs(other - weight) - std::abs(nearest - weight)) / std::abs(away - towards_zero);
  return {nearest, other, detour};
}

// Flips what reduces the sum of errors, cheap flips first. Four classes of cost instead of a sort: one run
// over the filter each.
void balance(std::vector<Rounded>& filter, double error, double small_enough) {
  for (const float most : {0.125F, 0.25F, 0.5F, 1.F}) {
    for (Rounded& weight : filter) {
      if (std::abs(error) <= small_enough) return;
      const double step = static_cast<double>(weight.other) - weight.nearest;
      if (weight.flipped || weight.detour >= most || std::abs(error + step) >= std::abs(error)) continue;
      weight.flipped = true;
      error += step;
    }
  }
}

}  // namespace

void round_filters_to_bfloat16(std::span<float> weights, const FilterLayout& layout) {
  std::vector<Rounded> filter(layout.weights);
  for (std::size_t f = 0; f < layout.filters; ++f) {
    float* first = weights.data() + f * layout.filter_stride;
    double error = 0, largest = 0;
    for (std::size_t k = 0; k < layout.weights; ++k) {
      const float weight = first[k * layout.weight_stride];
      filter[k] = round(weight);
      if (!std::isfinite(weight)) continue;
      error += static_cast<double>(filter[k].nearest) - weight;
      largest = std::max(largest, static_cast<double>(std::abs(weight)));
    }
    balance(filter, error, largest * 0x1p-12);
    for (std::size_t k = 0; k < layout.weights; ++k) {
      first[k * layout.weight_stride] = filter[k].flipped ? filter[k].other : filter[k].nearest;
    }
  }
}

}  // namespace yy
