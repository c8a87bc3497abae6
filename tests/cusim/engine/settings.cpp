#include "tests/cusim/engine/settings.h"

#include <charconv>
#include <cstdlib>
#include <stdexcept>

namespace yy::cusim {
namespace {

unsigned seed_of(std::string_view name, std::string_view digits) {
  unsigned seed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw std::invalid_argument("YY_CUSIM: a seed was expected after ':' in '" + std::string(name) + "'");
  }
  return seed;
}

Settings initial_settings() {
  Settings initial;
  const char* name = std::getenv("YY_CUSIM");
  if (name != nullptr) initial.schedule = schedule_named(name);
  initial.random.seed(initial.schedule.seed);
  return initial;
}

}  // namespace

Schedule schedule_named(std::string_view name) {
  Schedule schedule;
  const std::string_view kind = name.substr(0, name.find(':'));
  if (kind.size() != name.size()) schedule.seed = seed_of(name, name.substr(kind.size() + 1));
  if (kind == "order") return schedule;
  if (kind == "eager") {
    schedule.streams = Schedule::Streams::eager;
    return schedule;
  }
  if (kind == "reverse") {
    schedule.order = Schedule::Order::reverse;
    return schedule;
  }
  schedule.order = Schedule::Order::random;
  schedule.streams = Schedule::Streams::random;
  if (kind == "random") return schedule;
  schedule.resident_blocks = 4;
  if (kind == "resident") return schedule;
  schedule.preemption = 0.05;
  if (kind == "preempt") return schedule;
  throw std::invalid_argument(
      "YY_CUSIM: expected order, reverse, eager, random:SEED, resident:SEED or preempt:SEED, found '" +
      std::string(name) + "'");
}

Settings& settings() {
  static Settings& the_settings = *new Settings(initial_settings());  // also for what is destroyed at exit
  return the_settings;
}

}  // namespace yy::cusim
