#include "tools/yy_run/calibrate_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "runtime/error.h"
#include "tools/device_option.h"

namespace yy {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

void check_range(const char* flag, const std::optional<double>& value, double above, double most) {
  if (value && !(*value > above && *value <= most)) {
    refuse(fmt::format("{} should be above {} and at most {}, found {}", flag, above, most, *value));
  }
}

}  // namespace

CalibrationOptions CalibrateOptions::calibration(std::size_t classes) const {
  CalibrationOptions options;
  options.classes = classes;
  options.confidence = confidence;
  options.method = method == "bound" ? CalibrationMethod::bound : CalibrationMethod::empirical;
  options.target = {CalibrationTarget::Kind::loss, target_loss.value_or(0.5) / 100};
  if (max_defer) options.target = {CalibrationTarget::Kind::defer, *max_defer};
  if (max_latency) options.target = {CalibrationTarget::Kind::latency, *max_latency / 1000};
  return options;
}

void add_calibrate_options(CLI::App& app, CalibrateOptions& options) {
  RunOptions& run = options.run;
  app.add_option("IMAGES", run.images, "Folders, patterns, files, or - for a list on stdin")->required();
  app.add_option("--yin", run.yin, "The cheap network, which answers first")->type_name("FILE")->required();
  app.add_option("--yang", run.yang, "The costly network, which gets what the others defer")
      ->type_name("FILE")
      ->required();
  app.add_option("--stage", run.between, "A network between Yin and Yang; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("-o,--output", options.output, "The pair file to write, NAME.yy.json")
      ->type_name("FILE")
      ->required();
  app.add_option("--html", options.html, "A report with figures, one file for a browser")->type_name("FILE");
  app.add_option("--curve", options.curve, "CSV: a row per threshold, with what it does and what is promised")
      ->type_name("FILE");
  const char* targets = "What the threshold should do, one of";
  app.add_option("--target-loss", options.target_loss,
                 "Lose at most so many percentage points of accuracy against Yang alone [0.5]")
      ->type_name("PP")
      ->group(targets);
  app.add_option("--max-defer", options.max_defer, "Defer at most this fraction of the pictures")
      ->type_name("F")
      ->group(targets);
  app.add_option("--max-latency", options.max_latency,
                 "Take at most so many milliseconds per picture on average, decoding not counted")
      ->type_name("MS")
      ->group(targets);
  app.add_option("--method", options.method,
                 "bound: what is promised holds for pictures to come; empirical: what fits these pictures")
      ->check(CLI::IsMember({"bound", "empirical"}))
      ->capture_default_str();
  app.add_option("--confidence", options.confidence, "That the promise holds, above 0.5 and below 1")
      ->capture_default_str();
  app.add_option("--reference", options.reference,
                 "What is right: labels, the names of the pictures' folders, or yang, Yang's answer")
      ->check(CLI::IsMember({"labels", "yang"}))
      ->capture_default_str();
  app.add_option("--split", options.split,
                 "Choose on this fraction of the pictures, and show what comes of it on the rest")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Of the split")->capture_default_str();
  add_gate_option(app, run.gate);
  add_combine_option(app, run.combine);
  app.add_option("--batch", run.batch, "Pictures per run of a network [8; latency: 1]")
      ->check(CLI::Range(1, largest_batch));
  add_threads_option(app, run.threads);
  app.add_option("--mode", run.mode, "throughput or latency: how the networks run while they are timed")
      ->check(CLI::IsMember({"throughput", "latency"}))
      ->capture_default_str();
  add_device_option(app, run.device);
  add_precision_option(app, run.precision);
  app.add_flag("--quiet", run.quiet, "No report, no progress");
  app.add_flag("--exif", run.exif, "Turn pictures as their Exif orientation asks");
  add_card_options(app, run.card);
}

void check(const CalibrateOptions& options) {
  check_card(options.run.card);
  check_outputs({"-o", options.output}, {"--html", options.html});
  check_outputs({"-o", options.output}, {"--curve", options.curve});
  check_outputs({"--html", options.html}, {"--curve", options.curve});
  const int targets =
      (options.target_loss ? 1 : 0) + (options.max_defer ? 1 : 0) + (options.max_latency ? 1 : 0);
  if (targets > 1) refuse("--target-loss, --max-defer and --max-latency exclude each other");
  check_range("--target-loss", options.target_loss, 0, 99);
  check_range("--max-latency", options.max_latency, 0, 1e6);
  check_range("--split", options.split, 0, 1);
  if (options.max_defer && !(*options.max_defer >= 0 && *options.max_defer <= 1)) {
    refuse(fmt::format("--max-defer should be from 0 to 1, found {}", *options.max_defer));
  }
  if (!(options.confidence > 0.5 && options.confidence < 1)) {
    refuse(fmt::format("--confidence should be above 0.5 and below 1, found {}", options.confidence));
  }
}

}  // namespace yy
