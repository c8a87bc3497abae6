#include "tools/yy_run/calibrate_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/error.h"
#include "runtime/printable.h"
#include "tools/yy_run/calibrate_html.h"
#include "tools/yy_run/calibrate_options.h"
#include "tools/yy_run/calibration_report.h"
#include "tools/yy_run/curve.h"
#include "tools/yy_run/evidence.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/network_run.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/report_sections.h"
#include "yy/shuffle.h"
#include "yy/temperature.h"

namespace yy {
namespace {

void say(const std::string& what) {
  std::fputs((printable_lines("yy-run: " + what) + "\n").c_str(), stderr);
}

// One calibration, from models that are loaded to the pair file.
class CalibrateRun {
 public:
  CalibrateRun(const CalibrateOptions& options, const ImageList& images, Stages stages)
      : options_(options),
        images_(images),
        stages_(std::move(stages)),
        pair_(open_output(options.output, OutputFile::Leftover::remove)),
        html_(open_output(options.html, OutputFile::Leftover::remove)),
        curve_(open_output(options.curve, OutputFile::Leftover::remove)) {
    check_same_classes(stages_);
  }

  ExitCode execute() {
    const CalibrationOptions how = options_.calibration(stages_[0]->card().classes.size());
    for (const auto& stage : stages_) runs_.push_back(run_network(stage, images_, options_.run, true));
    chosen_on_ = readable_pictures(images_, runs_);
    check_last_stage();
    std::vector<int> truth;
    if (options_.reference == "labels") truth = truth_of(images_, stages_[0]->card().classes, chosen_on_);
    split();
    combine(runs_, stages_, combine_named(options_.run.combine));
    std::vector<const NetworkRun*> runs;
    for (const NetworkRun& run : runs_) runs.push_back(&run);
    const CalibrationData chosen_on = evidence_of(runs, truth, chosen_on_);
    const CalibrationData others = evidence_of(runs, truth, rest_);
    const CalibrationData& evaluated_on = rest_.empty() ? chosen_on : others;
    const Calibration found = calibrate(chosen_on, how);
    const std::vector<double> temperatures = fit_temperatures(chosen_on);
    const CalibrationReport report{chosen_on, evaluated_on,      how,
                                   found,     names_of(stages_), runs_[0].decode_seconds};
    write_reports(report, {report.names, evaluated_on, rest_.empty() ? chosen_on_ : rest_,
                           std::vector<float>(stages_.size() - 1, found.chosen.threshold), runs, temperatures,
                           combine_named(options_.run.combine), gate_named(options_.run.gate)});
    const double speed = speed_up(evaluated_on, effect_of(evaluated_on, found.chosen.threshold));
    if (!found.saves || speed <= 1) {
      say(fmt::format("this pair does not pay: {}; no pair file was written",
                      found.saves ? fmt::format("the cascade is {:.2f} times as fast as '{}' alone", speed,
                                                stages_.back()->name())
                                  : "every picture would be deferred"));
      return ExitCode::does_not_pay;
    }
    write(how, found, temperatures);
    return ExitCode::ok;
  }

 private:
  // A cascade whose last stage has no answer has none.
  void check_last_stage() const {
    for (std::size_t i : chosen_on_) {
      if (runs_.back().answers.labels[i] >= 0) continue;
      throw Error(ErrorCode::model, fmt::format("network '{}' gave scores that are not numbers for {}",
                                                stages_.back()->name(), images_.name(i)));
    }
  }

  // Leaves in chosen_on_ what to choose on; the rest goes to rest_.
  void split() {
    if (options_.split >= 1) return;
    shuffle_by_seed(chosen_on_, options_.seed);
    const auto kept = static_cast<std::size_t>(options_.split * static_cast<double>(chosen_on_.size()));
    if (kept == 0 || kept == chosen_on_.size()) {
      throw Error(ErrorCode::usage, fmt::format("--split {} of {} pictures leaves none on one side",
                                                options_.split, chosen_on_.size()));
    }
    const auto middle = chosen_on_.begin() + static_cast<std::ptrdiff_t>(kept);
    rest_.assign(middle, chosen_on_.end());
    chosen_on_.erase(middle, chosen_on_.end());
  }

  // By stage, on the pictures that the threshold was chosen on. 1 where there is little to fit on: a network
  // that is hardly ever wrong, or is right by definition.
  std::vector<double> fit_temperatures(const CalibrationData& data) const {
    constexpr std::ptrdiff_t least_wrong = 10;
    const std::vector<int>& right = reference_of(data);
    std::vector<double> temperatures;
    for (std::size_t s = 0; s < runs_.size(); ++s) {
      const std::vector<int>& labels = cascade_labels_of(data.stages[s]);
      std::vector<int> truth(images_.size(), -1);
      std::ptrdiff_t wrong = 0;
      for (std::size_t row = 0; row < chosen_on_.size(); ++row) {
        if (labels[row] < 0) continue;
        truth[chosen_on_[row]] = right[row];
        wrong += labels[row] == right[row] ? 0 : 1;
      }
      const bool is_reference = data.truth.empty() && s + 1 == runs_.size();
      temperatures.push_back(
          wrong < least_wrong || is_reference
              ? 1
              : fit_temperature(runs_[s].scores.as<float>(), stages_[0]->card().classes.size(), truth));
    }
    return temperatures;
  }

  void write_reports(const CalibrationReport& report, const CascadeEvidence& evidence) const {
    const std::vector<CurvePoint> curve =
        html_ == nullptr && curve_ == nullptr
            ? std::vector<CurvePoint>()
            : curve_of(report.calibration, options_.confidence, is_combined(report.chosen_on));
    if (curve_) curve_->write(csv_of(curve));
    if (html_) {
      const Surroundings surroundings =
          surroundings_of(options_.run, stages_[0]->network().backend(), images_.size());
      const GalleryContext gallery{images_, stages_[0]->card().classes, report.names, evidence.combine,
                                   options_.run.exif};
      html_->write(html_of({report, curve, evidence, gallery, surroundings}));
    }
    if (curve_) curve_->commit();
    if (html_) html_->commit();
    const bool stdout_is_taken =
        options_.output == "-" || options_.html == "-" || options_.curve == "-" || options_.run.quiet;
    if (!stdout_is_taken) write_file("-", printable_lines(text_of(report)));
  }

  void write(const CalibrationOptions& how, const Calibration& found,
             const std::vector<double>& temperatures) const {
    PairFile pair = pair_of(stages_, std::vector<float>(stages_.size() - 1, found.chosen.threshold),
                            options_.run, found.chosen);
    for (std::size_t s = 0; s < temperatures.size(); ++s) pair.models[s].temperature = temperatures[s];
    PairFile::Calibration& c = pair.calibration;
    c.target = options_.max_defer ? "defer" : options_.max_latency ? "latency" : "loss";
    c.value = how.target.value;
    c.method = options_.method;
    c.reference = options_.reference;
    c.confidence = options_.confidence;
    c.bound = found.bound;
    c.split = options_.split;
    c.seed = options_.seed;
    pair_->write(text_of(pair, options_.output));
    pair_->commit();
  }

  const CalibrateOptions& options_;
  const ImageList& images_;
  Stages stages_;
  std::vector<NetworkRun> runs_;                     // by stage
  std::unique_ptr<OutputFile> pair_, html_, curve_;  // opened before the networks run for long
  Pictures chosen_on_, rest_;
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
