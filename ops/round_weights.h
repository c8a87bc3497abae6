// Rounds the weights of a layer to bfloat16 without shifting what it computes on average.
//
// Rounding each weight to its nearest bfloat16 leaves every filter with a sum of errors. The inputs of a
// layer behind a ReLU are positive, so that sum moves the filter's mean output, the same way for every
// picture, and the shifts add up from layer to layer. Here some weights, those nearest to the middle between
// two bfloat16 first, are rounded to the other side, until the errors of the filter sum up to about nothing.
// No error exceeds one unit in the last place. (The shift of the mean is what bias correction undoes in Nagel
// et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019; this needs no
// statistics of the inputs.)
#pragma once

#include <cstddef>
#include <span>

namespace yy {

// Where filter f keeps weight k: at weights[f * filter_stride + k * weight_stride].
struct FilterLayout {
  std::size_t filters = 0, filter_stride = 0;
  std::size_t weights = 0, weight_stride = 0;
};

// Replaces every weight by a float32 that bfloat16 holds exactly. Weights that are not finite stay as they
// are.
void round_filters_to_bfloat16(std::span<float> weights, const FilterLayout& layout);

}  // namespace yy
