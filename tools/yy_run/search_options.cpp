#include "tools/yy_run/search_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"
#include "tools/device_option.h"

namespace yy {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

}  // namespace

SearchOptions SearchCommandOptions::search(double decode_seconds, double decode_joules) const {
  SearchOptions options;
  options.target_loss = target_loss / 100;
  options.stages = stages;
  options.seed = seed;
  options.decode_seconds = decode_seconds;
  options.decode_joules = decode_joules;
  options.min_accuracy = min_accuracy.value_or(0);
  if (max_latency) options.max_seconds = *max_latency / 1000;
  if (max_memory) options.max_bytes = static_cast<std::size_t>(*max_memory * 1024 * 1024);
  return options;
}

void add_search_options(CLI::App& app, SearchCommandOptions& options) {
  app.add_option("ARGUMENTS", options.arguments,
                 "Networks, files that end in .onnx; and pictures, labelled by their folders: folders, "
                 "patterns, files")
      ->required();
  app.add_option(
         "-o,--output", options.output,
         "Folder for what the networks answered, which the next search there takes up, and for the results")
      ->type_name("DIR")
      ->required();
  app.add_option("--html", options.html, "A report with figures, one file for a browser")->type_name("FILE");
  app.add_option(
         "--objective", options.objective,
         "throughput: pictures per second of all threads; latency: one picture at a time on all threads")
      ->check(CLI::IsMember({"throughput", "latency"}))
      ->capture_default_str();
  app.add_option("--target-loss", options.target_loss,
                 "A cascade may lose so many percentage points against its last network")
      ->type_name("PP")
      ->capture_default_str();
  app.add_option("--stages", options.stages, "Look at cascades of up to so many networks, 2 or 3")
      ->check(CLI::Range(2, 3))
      ->capture_default_str();
  app.add_option("--min-accuracy", options.min_accuracy, "Accuracy that is needed, 0 to 1")->type_name("A");
  app.add_option("--max-latency", options.max_latency, "Largest mean time per picture, decoding included")
      ->type_name("MS");
  app.add_option("--max-memory", options.max_memory, "For weights and activations of one worker")
      ->type_name("MIB");
  app.add_option("--top", options.top, "Rows of the table")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the two halves of the pictures")->capture_default_str();
  RunOptions& run = options.run;
  add_gate_option(app, run.gate);
  app.add_option("--batch", run.batch, "Pictures per run of a network [8; latency: 1]")
      ->check(CLI::Range(1, largest_batch));
  add_threads_option(app, run.threads);
  add_device_option(app, run.device);
  add_precision_option(app, run.precision);
  app.add_flag("--quiet", run.quiet, "No report, no progress");
  app.add_flag("--exif", run.exif, "Turn pictures as their Exif orientation asks");
}

void check(SearchCommandOptions& options) {
  for (const std::string& argument : options.arguments) {
    (argument.ends_with(".onnx") ? options.models : options.run.images).push_back(argument);
  }
  if (options.models.size() < 2) {
    refuse(fmt::format("a search needs at least two networks (files that end in .onnx), found {}",
                       options.models.size()));
  }
  if (options.run.images.empty()) refuse("a search needs labelled pictures");
  options.run.mode = options.objective;
  for (const char* own : {"search.json", "best.yy.json"}) {
    const std::string file = options.output + "/" + own;
    check_outputs({"-o", file}, {"--html", options.html});
  }
  if (!(options.target_loss >= 0 && options.target_loss < 100)) {
    refuse(fmt::format("--target-loss should be from 0 to below 100, found {}", options.target_loss));
  }
  if (options.min_accuracy && !(*options.min_accuracy > 0 && *options.min_accuracy <= 1)) {
    refuse(fmt::format("--min-accuracy should be above 0 and at most 1, found {}", *options.min_accuracy));
  }
  if (options.max_latency && !(*options.max_latency > 0)) refuse("--max-latency should be above 0");
  if (options.max_memory && !(*options.max_memory > 0)) refuse("--max-memory should be above 0");
}

}  // namespace yy
