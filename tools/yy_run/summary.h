// What a run did, in numbers: counted verdict by verdict, told as JSON and as text. docs/yy-run.md tells the
// fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "yy/cascade.h"

namespace yy {

struct Percentiles {
  double mean = 0, p50 = 0, p90 = 0, p99 = 0;
};

// The smallest of `sorted`, which is not empty, that at least `percent` % of them do not exceed.
double nearest_rank(std::span<const float> sorted, double percent);

Percentiles percentiles(std::vector<float> values);  // by nearest rank; `values` is not empty

class Summary {
 public:
  explicit Summary(std::size_t stage_count) : answered_by_stage(stage_count, 0) {}

  void count(const Verdict& verdict, int label, double seconds);  // label -1: none

  double passed_on_fraction()
      const;  // of the answered pictures, those that Yin did not answer; while running

  double deferred_fraction() const;
  // Of a calibrated pair: whether chance alone would give so different a deferred fraction in fewer than one
  // of a thousand runs.
  bool has_drifted() const;

  std::string json() const;
  std::string text() const;

  std::uint64_t images = 0, failed = 0;
  std::uint64_t seen_by_yin = 0, deferred = 0;
  std::vector<std::uint64_t> answered_by_stage;
  std::uint64_t labelled = 0, correct = 0, correct_in_topk = 0;  // labelled: and answered
  std::vector<float> latencies;                                  // ms, of the pictures that were answered

  int topk = 1;
  double decode_seconds = 0, preprocess_seconds = 0, wall_seconds = 0;
  std::vector<double> stage_seconds;
  std::optional<double> joules;  // of the processors, while the run went on
  std::size_t arena_bytes = 0, weights_bytes = 0;
  std::string device, precision, decider = "host";
  int threads = 1;
  std::size_t workers = 1;
  std::int64_t batch = 1;
  std::vector<double> thresholds;
  std::optional<double> expected_deferred;  // fraction, by a pair file
  std::int64_t calibrated_on = 0;           // pictures
  std::vector<std::string> models;          // paths as given
  std::vector<std::string> names;           // of the stages' networks

 private:
  double images_per_second() const;
};

}  // namespace yy
