#include "tools/yy_run/calibrate_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <random>
#include <unistd.h>

#include "runtime/error.h"
#include "runtime/printable.h"
#include "tools/yy_run/calibrate_options.h"
#include "tools/yy_run/calibration_report.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/labels.h"
#include "tools/yy_run/network_run.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/stages.h"
#include "yy/pair_file.h"

namespace yy {
namespace {

void say(const std::string& what) {
  std::fputs((printable_lines("yy-run: " + what) + "\n").c_str(), stderr);
}

// Only the pictures of these numbers.
CalibrationData part_of(const CalibrationData& all, const std::vector<std::size_t>& pictures) {
  CalibrationData part;
  for (const StageAnswers& stage : all.stages) {
    StageAnswers& own = part.stages.emplace_back();
    own.seconds_per_image = stage.seconds_per_image;
    for (std::size_t i : pictures) {
      own.labels.push_back(stage.labels[i]);
      own.confidences.push_back(stage.confidences[i]);
    }
  }
  if (!all.truth.empty()) {
    for (std::size_t i : pictures) part.truth.push_back(all.truth[i]);
  }
  return part;
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
    std::vector<std::size_t> pictures = collect();
    std::vector<std::size_t> rest = split(pictures);
    const CalibrationData chosen_on = part_of(data_, pictures);
    const CalibrationData others = part_of(data_, rest.empty() ? pictures : rest);
    const Calibration found = calibrate(chosen_on, how);
    const CalibrationData& evaluated_on = rest.empty() ? chosen_on : others;
    if (!options_.run.quiet) {
      const std::string text =
          text_of({chosen_on, evaluated_on, how, found, names_of(stages_), decode_seconds_});
      OutputFile out("-", OutputFile::Leftover::keep);
      out.write(printable_lines(text));
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
    write(chosen_on, how, found);
    return ExitCode::ok;
  }

 private:
  // Runs the networks; gives the pictures that all of them could be asked about.
  std::vector<std::size_t> collect() {
    std::vector<std::string> unreadable(images_.size());
    for (const auto& stage : stages_) {
      NetworkRun run = run_network(stage, images_, options_.run);
      decode_seconds_ = std::max(decode_seconds_, run.decode_seconds);
      data_.stages.push_back(std::move(run.answers));
      for (std::size_t i = 0; i < images_.size(); ++i) {
        if (!run.unreadable[i].empty()) unreadable[i] = std::move(run.unreadable[i]);
      }
    }
    std::vector<std::size_t> pictures;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (unreadable[i].empty()) pictures.push_back(i);
    }
    report_unreadable(unreadable);
    if (pictures.empty()) throw Error(ErrorCode::image, "none of the pictures could be read");
    check_last_stage(pictures);
    if (options_.reference == "labels") find_truth(pictures);
    return pictures;
  }

  void report_unreadable(const std::vector<std::string>& unreadable) const {
    const auto is_bad = [](const std::string& why) { return !why.empty(); };
    const auto first = std::find_if(unreadable.begin(), unreadable.end(), is_bad);
    if (first == unreadable.end()) return;
    say(fmt::format("{} of {} pictures are left out, since they could not be read; the first is {}: {}",
                    std::count_if(first, unreadable.end(), is_bad), unreadable.size(),
                    images_.name(static_cast<std::size_t>(first - unreadable.begin())), *first));
  }

  // A cascade whose last stage has no answer has none.
  void check_last_stage(const std::vector<std::size_t>& pictures) const {
    for (std::size_t i : pictures) {
      if (data_.stages.back().labels[i] >= 0) continue;
      throw Error(ErrorCode::model, fmt::format("network '{}' gave scores that are not numbers for {}",
                                                stages_.back()->name(), images_.name(i)));
    }
  }

  void find_truth(const std::vector<std::size_t>& pictures) {
    const std::vector<ClassName>& classes = stages_[0]->card().classes;
    data_.truth = labels_of(images_, classes);
    std::size_t unlabelled = 0, first = 0;
    for (std::size_t i : pictures) {
      if (data_.truth[i] < 0 && unlabelled++ == 0) first = i;
    }
    if (unlabelled == 0) return;
    throw Error(ErrorCode::usage,
                fmt::format("{} of {} pictures lie in no folder that is called like a class; the first is {} "
                            "(a class is '{}'). "
                            "Sort them into folders by class, or take --reference yang",
                            unlabelled, pictures.size(), images_.name(first), classes[0].id));
  }

  // Leaves in `pictures` what to choose on; gives the rest.
  std::vector<std::size_t> split(std::vector<std::size_t>& pictures) const {
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
    std::vector<std::size_t> rest(middle, pictures.end());
    pictures.erase(middle, pictures.end());
    return rest;
  }

  void write(const CalibrationData& chosen_on, const CalibrationOptions& how,
             const Calibration& found) const {
    PairFile pair;
    for (const auto& stage : stages_) {
      const std::filesystem::path file = stage->network().source();
      pair.models.push_back({file, hash_of(file), stage->card().preprocess, hash_of(stage->card().classes)});
    }
    pair.thresholds.assign(stages_.size() - 1, found.chosen.threshold);
    PairFile::Calibration& c = pair.calibration;
    c.target = options_.max_defer ? "defer" : options_.max_latency ? "latency" : "loss";
    c.value = how.target.value;
    c.method = options_.method;
    c.reference = options_.reference;
    c.precision = name_of(choose_precision(options_.run.precision, stages_[0]->network().backend()));
    c.confidence = options_.confidence;
    c.bound = found.bound;
    c.images = found.chosen.counts.images;
    c.split = options_.split;
    c.seed = options_.seed;
    c.deferred_fraction = found.chosen.deferred();
    const auto share = [&](std::int64_t part) {
      return static_cast<double>(part) / static_cast<double>(found.chosen.counts.images);
    };
    c.accuracy = share(found.chosen.correct);
    c.accuracy_of_last_stage = share(effect_of(chosen_on, 1).correct);
    OutputFile file(options_.output, OutputFile::Leftover::remove);
    file.write(text_of(pair, options_.output));
    file.commit();
  }

  const CalibrateOptions& options_;
  const ImageList& images_;
  Stages stages_;
  CalibrationData data_;
  double decode_seconds_ = 0;
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
