// What a calibration found, in words and numbers for people.
#pragma once

#include <string>
#include <vector>

#include "yy/calibration.h"

namespace yy {

struct CalibrationReport {
  const CalibrationData& chosen_on;     // the pictures that the threshold was chosen on
  const CalibrationData& evaluated_on;  // the same, or the rest
  const CalibrationOptions& options;
  const Calibration& calibration;
  std::vector<std::string> names;  // of the networks
  double decode_seconds = 0;       // core-seconds per picture
};

// Which of two networks is right on how many pictures: the four ways of the poster.
struct FourWays {
  std::int64_t both = 0, neither = 0, only_first = 0, only_last = 0;
};
FourWays four_ways(const CalibrationData& data);

// Per picture: what the last network alone takes over what the cascade takes, without decoding. 0 where that
// was not measured.
double speed_up(const CalibrationData& data, const ThresholdEffect& effect);

// What holds for other pictures than these, in words; ends with a line break.
std::string promise_of(const CalibrationReport& report);

std::string text_of(const CalibrationReport& report);  // tables and the promise

}  // namespace yy
