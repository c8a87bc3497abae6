// What tests have set, and the random numbers of the schedule.
#pragma once

#include <random>

#include "tests/cusim/control.h"

namespace yy::cusim {

struct Settings {
  Schedule schedule;
  Machine machine;
  std::mt19937 random;
};

// Its first call reads YY_CUSIM.
Settings& settings();

// A number below `bound`.
inline std::size_t random_below(std::size_t bound) {
  return settings().random() % bound;
}

}  // namespace yy::cusim
