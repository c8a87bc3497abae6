// What a report says of the machine and the way it was used.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tools/yy_run/run_options.h"

namespace yy {

struct Surroundings {
  std::string device, precision;
  std::int64_t batch = 1;
  int threads = 1;
  std::size_t workers = 1;
  std::string mode;
};

Surroundings surroundings_of(const RunOptions& options, const Backend& backend, std::size_t pictures);

// Names and values: program, time (UTC), processor, threads that it has for us, system, and the above.
std::vector<std::pair<std::string, std::string>> environment_of(const Surroundings& run);

}  // namespace yy
