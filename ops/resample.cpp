#include "ops/resample.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {
namespace {

constexpr int largest_side = 65500;

double triangle(double x) {
  x = std::fabs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

// R. Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -0.5.
double keys_cubic(double x) {
  constexpr double a = -0.5;
  x = std::fabs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

double half_width(Interpolation how) {
  return how == Interpolation::bilinear ? 1.0 : 2.0;
}

void check(const ResampleSpan& span, Interpolation how) {
  if (how == Interpolation::none)
    throw Error(ErrorCode::image, "resampling needs an interpolation, found none");
  if (span.input_size < 1 || span.input_size > largest_side || span.output_size < 1 ||
      span.output_size > largest_side)
    throw Error(ErrorCode::image, fmt::format("cannot resample {} pixels to {}: expected sizes from 1 to {}",
                                              span.input_size, span.output_size, largest_side));
  // Written so that NaN fails.
  if (!(span.low >= 0 && span.low <= span.high && span.high <= static_cast<float>(span.input_size)))
    throw Error(ErrorCode::image, fmt::format("cannot resample from {} to {}: expected a box inside 0 to {}",
                                              span.low, span.high, span.input_size));
}

struct Window {
  double scale;    // input pixels per output pixel
  double stretch;  // of the filter; at least one input pixel
  double support;  // half the width of the stretched filter
};

Window window_of(const ResampleSpan& span, Interpolation how) {
  Window window{};
  // The difference is taken in float32, as Pillow does.
  window.scale = static_cast<double>(span.high - span.low) / span.output_size;
  window.stretch = std::max(window.scale, 1.0);
  window.support = half_width(how) * window.stretch;
  return window;
}

double center_of(const ResampleSpan& span, const Window& window, int output) {
  return span.low + (output + 0.5) * window.scale;
}

// Truncation instead of floor is Pillow's; the two differ only below zero, where the clamp decides.
ResampleRange reads_of(const ResampleSpan& span, const Window& window, double center) {
  const int begin = std::max(static_cast<int>(center - window.support + 0.5), 0);
  const int end = std::min(static_cast<int>(center + window.support + 0.5), span.input_size);
  return {begin, end};
}

int32_t to_fixed(double weight) {
  const double scaled = weight * (1 << resample_precision_bits);
  return static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

void plan_resample(const ResampleSpan& span, Interpolation how, ResampleAxis& axis) {
  check(span, how);
  const Window window = window_of(span, how);
  const auto filter = how == Interpolation::bilinear ? triangle : keys_cubic;
  const double shrink = 1.0 / window.stretch;
  const auto outputs = static_cast<size_t>(span.output_size);

  axis.stride = static_cast<int>(std::ceil(window.support)) * 2 + 1;
  const auto stride = static_cast<size_t>(axis.stride);
  axis.first.resize(outputs);
  axis.count.resize(outputs);
  axis.weights.assign(outputs * stride, 0);
  axis.exact.resize(stride);
  for (size_t i = 0; i < outputs; ++i) {
    const double center = center_of(span, window, static_cast<int>(i));
    const ResampleRange reads = reads_of(span, window, center);
    const auto count = static_cast<size_t>(std::max(reads.end - reads.begin, 0));
    double sum = 0;
    for (size_t k = 0; k < count; ++k) {
      axis.exact[k] = filter((static_cast<int>(k) + reads.begin - center + 0.5) * shrink);
      sum += axis.exact[k];
    }
    int32_t* weights = axis.weights.data() + i * stride;
    for (size_t k = 0; k < count; ++k)
      weights[k] = to_fixed(sum != 0.0 ? axis.exact[k] / sum : axis.exact[k]);
    axis.first[i] = reads.begin;
    axis.count[i] = static_cast<int32_t>(count);
  }
}

ResampleRange resample_range(const ResampleSpan& span, Interpolation how) {
  check(span, how);
  const Window window = window_of(span, how);
  // Centres grow with the output index, so the ends of the axis bound every read.
  const ResampleRange low = reads_of(span, window, center_of(span, window, 0));
  const ResampleRange high = reads_of(span, window, center_of(span, window, span.output_size - 1));
  return {low.begin, high.end};
}

bool resample_needed(const ResampleSpan& span) {
  return span.output_size != span.input_size || span.low != 0.0F ||
         span.high != static_cast<float>(span.output_size);
}

bool is_whole_pixels(const ResampleSpan& span) {
  return span.low == std::trunc(span.low) && span.high - span.low == static_cast<float>(span.output_size);
}

}  // namespace yy
