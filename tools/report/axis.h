// Where an axis has its ticks, and what they are called. Pure functions.
#pragma once

#include <string>
#include <vector>

namespace yy {

struct Axis {
  std::string title;  // with the unit
  double low = 0, high = 1;
  double unit = 1;                 // what is shown is value * unit: 100 for percent
  bool logarithmic = false;        // then low is above 0
  std::vector<std::string> names;  // instead of numbers: entry i lies from i to i + 1; low and high follow

  // 0 at `low`, 1 at `high`; not limited to those.
  double place(double value) const;
};

// An axis that holds these values and begins and ends at ticks. Values that are not finite (on a logarithmic
// axis: above 0) are left out.
Axis axis_around(std::string title, const std::vector<double>& values, double unit = 1,
                 bool logarithmic = false);

// The same for fractions, in percent: it does not leave 0 to 1.
Axis percent_axis(std::string title, const std::vector<double>& values);

struct Tick {
  double value;
  std::string text;
};

// At most about `most` round numbers from low to high. Multiples of 1, 2 or 5 times a power of ten; on a
// logarithmic axis those numbers themselves.
std::vector<Tick> ticks_of(const Axis& axis, int most);

// With as many digits as tell numbers apart that lie `step` from each other; 12,000 as 12k.
std::string tick_text(double number, double step);

}  // namespace yy
