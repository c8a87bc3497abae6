// Weights of the antialiased resize along one axis, equal to those of Pillow up to version 12
// (https://github.com/python-pillow/Pillow, src/libImaging/Resample.c): a triangle or a Keys cubic (a = -0.5)
// stretched by the scale when shrinking, evaluated in double, normalised to sum 1 and rounded to 22
// fractional bits. Pure arithmetic on values, safe from any thread; every function throws yy::Error (image)
// on sizes or boxes it cannot serve.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yy {

enum class Interpolation { none, bilinear, bicubic };

// Fractional bits of a weight: 32 bits less 8 of the pixel, one for the sign and one for the overshoot of
// negative lobes.
inline constexpr int resample_precision_bits = 22;

// The stretch [low, high) of an axis of `input_size` pixels that becomes `output_size` pixels. The bounds are
// float32 because Pillow's are: they must be rounded before any arithmetic.
struct ResampleSpan {
  int input_size = 0;
  float low = 0;
  float high = 0;
  int output_size = 0;

  friend bool operator==(const ResampleSpan&, const ResampleSpan&) = default;
};

// Output pixel i = clamp((2^21 + sum over k < count[i] of weights[i * stride + k] * input[first[i] + k]) >>
// 22, 0, 255). Weights from count[i] up to stride are zero. Every input index named lies in [0, input_size).
struct ResampleAxis {
  int stride = 0;
  std::vector<int32_t> first;
  std::vector<int32_t> count;
  std::vector<int32_t> weights;
  std::vector<double> exact;  // the weights of one output while they are planned
};

// Half-open range of the input pixels that the outputs read.
struct ResampleRange {
  int begin = 0;
  int end = 0;
};

// Fills `axis`, keeping the memory it already has. Sizes are 1 to 65,500, 0 <= low <= high <= input_size.
void plan_resample(const ResampleSpan& span, Interpolation how, ResampleAxis& axis);

// The range that plan_resample's table would read, without building the table.
ResampleRange resample_range(const ResampleSpan& span, Interpolation how);

// Whether Pillow resamples this axis at all; an untouched axis is copied without rounding through weights.
bool resample_needed(const ResampleSpan& span);

// Whether the stretch is of whole pixels, as many as come out. Where it is along both axes, Pillow copies
// them.
bool is_whole_pixels(const ResampleSpan& span);

}  // namespace yy
