// The flags of `yy-run run`: what they are called, which go together, and in which ranges they lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/device_option.h"
#include "yy/cascade.h"
#include "yy/model_card.h"
#include "yy/pair_file.h"

namespace CLI {
class App;
}

namespace yy {

struct RunOptions {
  std::vector<std::string> images;
  std::string pair;  // a pair file, in place of the networks and thresholds
  std::string model, yin, yang;
  std::vector<std::string> between;  // --stage
  std::vector<double> thresholds;
  std::string gate = "maxprob";
  std::string combine = "replace";
  std::optional<int> batch;
  int threads = 1;
  std::string mode = "throughput";
  std::string decide = "host";
  DeviceOption device;
  std::string precision = "f32";
  int topk = 1;
  std::string csv, json, html;
  std::string on_error = "skip";
  bool quiet = false;
  bool exif = false;
  CardOverrides card;
  std::optional<PairFile> pair_file;  // once it is read

  std::vector<std::string> models() const;  // the stages, Yin first
  // Of one worker. Throws Error (device) where the device does not have the precision.
  CascadeOptions cascade(const Backend& backend) const;
  // Throughput mode: as many workers as threads (and no more than pictures), one thread each. Latency mode:
  // one worker, all threads in its networks.
  std::size_t workers(std::size_t pictures) const;
  bool stdout_carries_data() const { return csv == "-" || json == "-" || html == "-"; }
};

void add_run_options(CLI::App& app, RunOptions& options);

// Throws Error (usage).
void check(const RunOptions& options);

// Takes networks and thresholds from the pair file, if there is one. Throws Error (model).
void read_pair(RunOptions& options);

// Shared with the other commands. The checks throw Error (usage).
void add_network_options(CLI::App& app, RunOptions& options);  // --model, --yin, --yang, --stage, --threshold
void check_networks(const RunOptions& options);
void add_decide_option(CLI::App& app, std::string& decide);
void add_gate_option(CLI::App& app, std::string& gate);
void add_combine_option(CLI::App& app, std::string& combine);
void check_decide(const RunOptions& options);
void add_card_options(CLI::App& app, CardOverrides& card);
void check_card(const CardOverrides& card);
struct NamedFile {
  const char* flag;
  const std::string& file;  // empty: none
};
void check_outputs(const NamedFile& a, const NamedFile& b);  // that they are not the same file
void add_threads_option(CLI::App& app, int& threads);
void add_precision_option(CLI::App& app, std::string& precision);

inline constexpr int largest_batch = 4096;

}  // namespace yy
