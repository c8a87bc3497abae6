#include "tools/yy_run/calibrate_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <random>
#include <unistd.h>

#include "runtime/error.h"
#include "runtime/printable.h"
#include "tools/yy_run/calibrate_options.h"
#include "tools/yy_run/calibration_report.h"
#include "tools/yy_run/evidence.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/network_run.h"
#include "tools/yy_run/output_file.h"

namespace yy {
namespace {

void say(const std::string& what) {
  std::fputs((printable_lines("yy-run: " + what) + "\n").c_str(), stderr);
}

// One calibration, from models that are loaded to the pair file.
class CalibrateRun {
 public:
  CalibrateRun(const CalibrateOptions& options, const ImageList& images, Stages stages)
      : options_(options), images_(images), stages_(std::move(stages)) {
    check_same_classes(stages_);
  }

  ExitCode execute() {
    const CalibrationOptions how = options_.calibration(stages_[0]->card().classes.size());
    for (const auto& stage : stages_) runs_.push_back(run_network(stage, images_, options_.run, false));
    Pictures pictures = readable_pictures(images_, runs_);
    check_last_stage(pictures);
    std::vector<int> truth;
    if (options_.reference == "labels") truth = truth_of(images_, stages_[0]->card().classes, pictures);
    const Pictures rest = split(pictures);
    std::vector<const NetworkRun*> runs;
    for (const NetworkRun& run : runs_) runs.push_back(&run);
    const CalibrationData chosen_on = evidence_of(runs, truth, pictures);
    const CalibrationData others = evidence_of(runs, truth, rest);
    const CalibrationData& evaluated_on = rest.empty() ? chosen_on : others;
    const Calibration found = calibrate(chosen_on, how);
    if (!options_.run.quiet && options_.output != "-") {
      OutputFile out("-", OutputFile::Leftover::keep);
      out.write(printable_lines(
          text_of({chosen_on, evaluated_on, how, found, names_of(stages_), runs_[0].decode_seconds})));
      out.commit();
    }
    const double speed = speed_up(evaluated_on, effect_of(evaluated_on, found.chosen.threshold));
    if (!found.saves || speed <= 1) {
      say(fmt::format("this pair does not pay: {}; no pair file was written",
                      found.saves ? fmt::format("the cascade is {:.2f} times as fast as '{}' alone", speed,
                                                stages_.back()->name())
                                  : "every picture would be deferred"));
      return ExitCode::does_not_pay;
    }
    write(how, found);
    return ExitCode::ok;
  }

 private:
  // A cascade whose last stage has no answer has none.
  void check_last_stage(const Pictures& pictures) const {
    for (std::size_t i : pictures) {
      if (runs_.back().answers.labels[i] >= 0) continue;
      throw Error(ErrorCode::model, fmt::format("network '{}' gave scores that are not numbers for {}",
                                                stages_.back()->name(), images_.name(i)));
    }
  }

  // Leaves in `pictures` what to choose on; gives the rest.
  Pictures split(Pictures& pictures) const {
    if (options_.split >= 1) return {};
    std::mt19937_64 random(options_.seed);
    // Written out, since the standard library's shuffle is not the same everywhere.
    for (std::size_t i = pictures.size(); i > 1; --i) std::swap(pictures[i - 1], pictures[random() % i]);
    const auto kept = static_cast<std::size_t>(options_.split * static_cast<double>(pictures.size()));
    if (kept == 0 || kept == pictures.size()) {
      throw Error(ErrorCode::usage, fmt::format("--split {} of {} pictures leaves none on one side",
                                                options_.split, pictures.size()));
    }
    const auto middle = pictures.begin() + static_cast<std::ptrdiff_t>(kept);
    Pictures rest(middle, pictures.end());
    pictures.erase(middle, pictures.end());
    return rest;
  }

  void write(const CalibrationOptions& how, const Calibration& found) const {
    PairFile pair = pair_of(stages_, std::vector<float>(stages_.size() - 1, found.chosen.threshold),
                            options_.run, found.chosen);
    PairFile::Calibration& c = pair.calibration;
    c.target = options_.max_defer ? "defer" : options_.max_latency ? "latency" : "loss";
    c.value = how.target.value;
    c.method = options_.method;
    c.reference = options_.reference;
    c.confidence = options_.confidence;
    c.bound = found.bound;
    c.split = options_.split;
    c.seed = options_.seed;
    write_pair(pair, options_.output);
  }

  const CalibrateOptions& options_;
  const ImageList& images_;
  Stages stages_;
  std::vector<NetworkRun> runs_;  // by stage
};

ExitCode run(const CalibrateOptions& options) {
  check(options);
  watch_for_interrupts();
  const ImageList images = find_images(options.run.images, STDIN_FILENO);
  CalibrateRun run(options, images, load_stages(options.run));
  return run.execute();
}

}  // namespace

Command add_calibrate_command(CLI::App& app) {
  auto options = std::make_shared<CalibrateOptions>();
  CLI::App* command =
      app.add_subcommand("calibrate", "Choose a cascade's threshold, and say what it promises");
  add_calibrate_options(*command, *options);
  return {command, [options] { return run(*options); }};
}

}  // namespace yy
