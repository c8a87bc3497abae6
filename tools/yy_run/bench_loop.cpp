#include "tools/yy_run/bench_loop.h"

#include <atomic>
#include <chrono>

#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/seconds_since.h"
#include "tools/yy_run/side_by_side.h"

namespace yy {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int warm_up_batches = 3;

void time_batch(BenchLoad& load, WorkerTimes& times) {
  const double preprocess = load.times().preprocess;
  const auto start = Clock::now();
  load.run();
  const double seconds = seconds_since(start);
  times.seconds += seconds;
  times.latencies.push_back(static_cast<float>(1e3 * seconds));
  const double compute = seconds - (load.times().preprocess - preprocess);
  times.compute_latencies.push_back(static_cast<float>(1e3 * compute));
}

}  // namespace

void warm_up(const Loads& loads) {
  std::atomic<bool> failed = false;
  run_side_by_side(loads.size(), failed, [&](std::size_t worker) {
    for (int i = 0; i < warm_up_batches && !failed; ++i) {
      stop_if_interrupted();
      if (loads[worker]->refill(false)) loads[worker]->run();
    }
    loads[worker]->finish();
  });
  for (const auto& load : loads) load->restart();
}

std::vector<WorkerTimes> run_on_the_clock(const Loads& loads, double duration) {
  std::vector<WorkerTimes> all(loads.size());
  const auto start = Clock::now();
  std::atomic<bool> failed = false;
  run_side_by_side(loads.size(), failed, [&](std::size_t worker) {
    BenchLoad& load = *loads[worker];
    WorkerTimes times;  // here, so that workers do not write to one cache line
    bool time_is_over = false;
    while (!failed && load.refill(time_is_over)) {
      time_batch(load, times);
      stop_if_interrupted();
      time_is_over = seconds_since(start) >= duration;
    }
    const auto last = Clock::now();
    load.finish();
    times.seconds += seconds_since(last);
    all[worker] = std::move(times);
  });
  return all;
}

}  // namespace yy
