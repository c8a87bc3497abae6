// What `yy-run bench` measured, told as JSON and as text. docs/yy-run.md tells the fields.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/yy_run/bench_loop.h"
#include "tools/yy_run/profile_report.h"
#include "yy/cascade.h"

namespace yy {

struct BenchReport {
  // Adds what one worker did.
  void add(const WorkerTimes& worker, const CascadeTimes& its);

  std::string json() const;
  std::string text() const;

  // Of all workers since the first.
  double core_seconds() const { return worker_seconds * threads / static_cast<double>(workers); }
  double wall_seconds() const { return worker_seconds / static_cast<double>(workers); }
  double compute_seconds() const { return worker_seconds - times.preprocess; }
  // Whether what is resized and normalised and what networks do come one after the other.
  bool computes_apart() const { return !on_noise && decider == "host"; }
  std::uint64_t images() const { return latencies.size() * static_cast<std::uint64_t>(batch); }

  std::string scenario;
  bool on_noise = false;            // one network alone; what is about pictures does not apply
  std::vector<std::string> models;  // paths as given
  std::vector<std::string> names;   // of the networks
  std::vector<double> thresholds;
  double deferred_fraction = 0;
  std::vector<double> percentiles;
  std::int64_t batch = 1;  // of the first network
  int threads = 1;         // of all workers together
  std::size_t workers = 1;
  std::string device, precision, decider = "host";
  std::optional<ProfileTable> profile;

  double worker_seconds = 0;  // summed over the workers, as the next
  CascadeTimes times;
  std::vector<float> latencies, compute_latencies;  // ms per batch
};

}  // namespace yy
