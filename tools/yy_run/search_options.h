// The flags of `yy-run search`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/yy_run/run_options.h"
#include "yy/search.h"

namespace yy {

struct SearchCommandOptions {
  std::vector<std::string> arguments;  // networks (*.onnx) and pictures
  RunOptions run;                      // how the networks run; `images` is filled by check()
  std::string output;                  // folder
  std::string html;
  std::string objective = "throughput";
  double target_loss = 0.5;  // percentage points
  int stages = 2;
  std::uint64_t seed = 0;
  std::optional<double> min_accuracy;
  std::optional<double> max_latency;  // milliseconds
  std::optional<double> max_memory;   // MiB
  std::size_t top = 20;
  std::vector<std::string> models;  // filled by check()

  SearchOptions search(double decode_seconds, double decode_joules) const;
};

void add_search_options(CLI::App& app, SearchCommandOptions& options);

void check(SearchCommandOptions& options);  // throws Error (usage)

}  // namespace yy
