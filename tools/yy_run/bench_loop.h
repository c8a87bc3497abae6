// Runs loads side by side, first to warm up and then on the clock.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tools/yy_run/bench_load.h"

namespace yy {

using Loads = std::vector<std::unique_ptr<BenchLoad>>;  // one per worker

// What a worker did on the clock. The clock stands while a batch is put into place.
struct WorkerTimes {
  double seconds = 0;  // of all batches and what was answered at the end
  // Per batch: the whole, and without preprocessing; milliseconds.
  std::vector<float> latencies, compute_latencies;

  std::uint64_t batches() const { return latencies.size(); }
};

// Both throw what a load throws, and Interrupted.
void warm_up(const Loads& loads);
// Until `duration` seconds are over; every worker runs a batch at least, if its load has one.
std::vector<WorkerTimes> run_on_the_clock(const Loads& loads, double duration);

}  // namespace yy
