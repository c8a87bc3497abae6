// The flags of `yy-run bench`: those of `run` that say what is run, and its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/yy_run/run_options.h"

namespace CLI {
class App;
}

namespace yy {

struct BenchOptions {
  std::string network;  // MODEL: this network alone, on noise; else `run` says which networks and pictures
  RunOptions run;       // its `mode` follows the scenario
  std::string scenario = "offline";
  std::optional<std::size_t> limit;  // pictures
  double duration = 5;               // seconds
  std::vector<double> percentiles{50, 90, 99};
  std::string json, trace;
  bool profile = false;

  bool on_noise() const { return !network.empty(); }
  bool profiled() const { return profile || !trace.empty(); }
  std::int64_t batch() const;   // for networks that leave it open
  std::size_t workers() const;  // offline: one per thread; single-stream: one
  int threads_per_worker() const { return scenario == "offline" ? 1 : run.threads; }
};

void add_bench_options(CLI::App& app, BenchOptions& options);

// Throws Error (usage). Sets run.mode.
void check(BenchOptions& options);

}  // namespace yy
