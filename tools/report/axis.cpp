#include "tools/report/axis.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace yy {
namespace {

constexpr double rounding = 1e-9;  // relative; what sums of steps may be off

// The smallest of 1, 2, 5 times a power of ten that is at least `least`.
double round_step(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (double digit : {1.0, 2.0, 5.0}) {
    if (digit * power >= least * (1 - rounding)) return digit * power;
  }
  return 10 * power;
}

// The largest of those that is at most `most`.
double round_below(double most) {
  const double power = std::pow(10, std::floor(std::log10(most) + rounding));
  for (double digit : {5.0, 2.0}) {
    if (digit * power <= most * (1 + rounding)) return digit * power;
  }
  return power;
}

std::vector<double> linear_values(double low, double high, int most) {
  if (!(high > low)) return {low};
  const double step = round_step((high - low) / most);
  std::vector<double> values;
  const double first = std::ceil(low / step - rounding), last = std::floor(high / step + rounding);
  for (double i = first; i <= last; ++i) values.push_back(i * step);
  return values;
}

// 1, 2 and 5 of every power of ten, or only 1 where those are too many.
std::vector<double> logarithmic_values(double low, double high, int most) {
  for (const std::vector<double>& digits : {std::vector{1.0, 2.0, 5.0}, std::vector{1.0}}) {
    std::vector<double> values;
    for (double power = std::pow(10, std::floor(std::log10(low))); power <= high * (1 + rounding);
         power *= 10) {
      for (double digit : digits) {
        const double value = digit * power;
        if (value >= low * (1 - rounding) && value <= high * (1 + rounding)) values.push_back(value);
      }
    }
    if (std::ssize(values) <= most) return values;
  }
  return {low, high};
}

}  // namespace

double Axis::place(double value) const {
  if (!(high > low)) return 0.5;
  if (logarithmic) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

Axis axis_around(std::string title, const std::vector<double>& values, double unit, bool logarithmic) {
  Axis axis;
  axis.title = std::move(title);
  axis.unit = unit;
  axis.logarithmic = logarithmic;
  bool is_empty = true;
  for (double value : values) {
    if (!std::isfinite(value) || (logarithmic && !(value > 0))) continue;
    axis.low = is_empty ? value : std::min(axis.low, value);
    axis.high = is_empty ? value : std::max(axis.high, value);
    is_empty = false;
  }
  if (is_empty) {
    axis.low = logarithmic ? 1 : 0;
    axis.high = logarithmic ? 10 : 1;
  }
  if (logarithmic) {
    axis.low = round_below(axis.low);
    axis.high = round_step(axis.high);
    if (!(axis.high > axis.low)) axis.low /= 2, axis.high *= 2;
    return axis;
  }
  if (axis.low == 0 && axis.high == 0) axis.high = 1;
  const double size = std::max(std::abs(axis.low), std::abs(axis.high));
  if (!(axis.high - axis.low > 1e-6 * size)) axis.low -= 0.1 * size, axis.high += 0.1 * size;
  const double step = round_step((axis.high - axis.low) / 5);
  axis.low = std::floor(axis.low / step + rounding) * step;
  axis.high = std::ceil(axis.high / step - rounding) * step;
  return axis;
}

Axis percent_axis(std::string title, const std::vector<double>& values) {
  Axis axis = axis_around(std::move(title), values, 100);
  axis.low = std::max(axis.low, 0.0);
  axis.high = std::min(axis.high, 1.0);
  return axis;
}

std::vector<Tick> ticks_of(const Axis& axis, int most) {
  std::vector<Tick> ticks;
  if (!axis.names.empty()) {
    for (std::size_t i = 0; i < axis.names.size(); ++i)
      ticks.push_back({static_cast<double>(i) + 0.5, axis.names[i]});
    return ticks;
  }
  const double low = axis.low * axis.unit, high = axis.high * axis.unit;
  const std::vector<double> values =
      axis.logarithmic ? logarithmic_values(low, high, most) : linear_values(low, high, most);
  const double step = values.size() > 1 ? values[1] - values[0] : 0;
  for (double value : values)
    ticks.push_back({value / axis.unit, tick_text(value, axis.logarithmic ? value : step)});
  return ticks;
}

std::string tick_text(double number, double step) {
  if (std::abs(number) < rounding * std::abs(step)) number = 0;
  const double size = std::abs(number);
  if (size >= 10e6) return fmt::format("{:g}M", number / 1e6);
  if (size >= 10e3) return fmt::format("{:g}k", number / 1e3);
  const int digits = step > 0 ? static_cast<int>(std::ceil(-std::log10(step) - rounding)) : 2;
  return fmt::format("{:.{}f}", number, std::clamp(digits, 0, 9));
}

}  // namespace yy
