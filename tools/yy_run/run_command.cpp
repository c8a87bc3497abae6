#include "tools/yy_run/run_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/printable.h"
#include "tools/yy_run/energy.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/labels.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/progress.h"
#include "tools/yy_run/run_html.h"
#include "tools/yy_run/run_options.h"
#include "tools/yy_run/seconds_since.h"
#include "tools/yy_run/stages.h"
#include "tools/yy_run/summary.h"
#include "tools/yy_run/verdict_writer.h"
#include "tools/yy_run/worker_pool.h"

namespace yy {
namespace {

constexpr std::size_t small_run = 40;  // pictures whose verdicts fit on a screen

// One run, from models that are loaded to files that are in place.
class Run {
 public:
  Run(const RunOptions& options, const ImageList& images, Stages stages)
      : options_(options),
        images_(images),
        stages_(std::move(stages)),
        labels_(labels_of(images, stages_[0]->card().classes)),
        cascade_(options.cascade(stages_[0]->network().backend())),
        workers_(
            options.workers(images.size()), images, stages_, cascade_, options.exif,
            [this](Verdict&& verdict, double seconds) { take(std::move(verdict), seconds); },
            decider_named(options.decide)),
        csv_(open_output(options.csv, OutputFile::Leftover::keep)),
        json_(open_output(options.json, OutputFile::Leftover::remove)),
        html_(open_output(options.html, OutputFile::Leftover::remove)),
        with_table_(options.csv.empty() && options.json.empty() && !options.quiet && options.html != "-" &&
                    images.size() <= small_run),
        writer_({images_, labels_, stages_[0]->card().classes, names_of(stages_), options.topk,
                 options.pair_file.has_value()},
                csv_.get(), with_table_),
        record_(html_ ? images.size() : 0),
        summary_(stages_.size()) {
    summary_.latencies.reserve(images.size());
  }

  ExitCode execute() {
    const auto start = std::chrono::steady_clock::now();
    try {
      const bool rows_share_terminal = options_.csv == "-" && ::isatty(STDOUT_FILENO) == 1;
      Progress progress(images_.size(), !options_.quiet && !rows_share_terminal);
      workers_.run([&] { return next_ticket(progress); });
    } catch (const Interrupted&) {
      report_unfinished("interrupted");
      return ExitCode::interrupted;
    }
    summary_.joules = energy_.joules();
    summary_.wall_seconds = seconds_since(start);
    if (stopped()) {
      report_unfinished(
          fmt::format("stopped at {}: {}", images_.name(first_error_->ticket), first_error_->error));
      return ExitCode::failure;
    }
    complete_summary();
    write_results();
    warn_of_drift();
    return summary_.failed > 0 ? ExitCode::some_images_failed : ExitCode::ok;
  }

 private:
  bool stopped() const { return first_error_ && options_.on_error == "fail"; }

  std::optional<std::uint64_t> next_ticket(Progress& progress) {
    stop_if_interrupted();
    if (stopped() || next_ == images_.size()) return std::nullopt;
    energy_.update();
    progress.update(writer_.rows(), stages_.size() > 1 ? summary_.passed_on_fraction() : -1);
    return next_++;
  }

  void take(Verdict&& verdict, double seconds) {
    summary_.count(verdict, labels_[verdict.ticket], seconds);
    if (html_) record_.add(verdict, labels_[verdict.ticket]);
    if (!verdict.error.empty() && !first_error_) first_error_ = verdict;
    writer_.add(std::move(verdict));
  }

  void report_unfinished(const std::string& why) {
    std::string message =
        fmt::format("yy-run: {}; {} of {} images are done", why, writer_.rows(), images_.size());
    if (csv_) {
      csv_->flush();
      if (!csv_->part().empty()) message += fmt::format(", their rows are in {}", csv_->part());
    }
    std::fputs((printable_lines(message) + "\n").c_str(), stderr);
  }

  void complete_summary() {
    summary_.images = images_.size();
    summary_.seen_by_yin = workers_.pushed();
    summary_.deferred = workers_.deferred();
    summary_.topk = options_.topk;
    summary_.decode_seconds = workers_.decode_seconds();
    summary_.preprocess_seconds = workers_.times().preprocess;
    summary_.stage_seconds = workers_.times().stages;
    summary_.arena_bytes = workers_.arena_bytes();
    for (const auto& stage : stages_) summary_.weights_bytes += stage->network().weights_bytes();
    summary_.device = stages_[0]->network().backend().name();
    summary_.precision = name_of(cascade_.precision);
    summary_.decider = options_.decide;
    summary_.threads = options_.threads;
    summary_.workers = options_.workers(images_.size());
    summary_.batch = cascade_.batch;
    summary_.thresholds = thresholds_of(options_);
    if (options_.pair_file) {
      summary_.expected_deferred = options_.pair_file->calibration.deferred_fraction;
      summary_.calibrated_on = options_.pair_file->calibration.images;
    }
    summary_.models = options_.models();
    summary_.names = names_of(stages_);
  }

  void write_results() {
    if (csv_) csv_->commit();
    if (json_) {
      json_->write(summary_.json());
      json_->commit();
    }
    if (html_) write_html();
    if (options_.quiet || options_.stdout_carries_data()) return;
    std::string text;
    if (with_table_) text = writer_.table() + "\n";
    write_file("-", text + printable_lines(summary_.text()));
  }

  void write_html() {
    const std::vector<std::string> names = names_of(stages_);
    const GalleryContext gallery{images_, stages_[0]->card().classes, names, cascade_.combine, options_.exif};
    html_->write(html_of({summary_, record_, gallery, options_.pair_file,
                          surroundings_of(options_, stages_[0]->network().backend(), images_.size())}));
    html_->commit();
  }

  void warn_of_drift() const {
    if (!summary_.expected_deferred || !summary_.has_drifted()) return;
    const std::string text = fmt::format(
        "yy-run: {:.1f} % of the pictures were deferred, where {:.1f} % were of those that {} was calibrated "
        "on: these "
        "are other pictures, and what was promised for those may not hold",
        100 * summary_.deferred_fraction(), 100 * *summary_.expected_deferred, options_.pair);
    std::fputs((printable_lines(text) + "\n").c_str(), stderr);
  }

  const RunOptions& options_;
  const ImageList& images_;
  Stages stages_;
  std::vector<int> labels_;
  CascadeOptions cascade_;
  WorkerPool workers_;
  std::unique_ptr<OutputFile> csv_, json_, html_;
  bool with_table_;
  VerdictWriter writer_;
  RunRecord record_;  // for the HTML report
  Summary summary_;
  EnergyMeter energy_;
  std::uint64_t next_ = 0;
  std::optional<Verdict> first_error_;
};

ExitCode run(RunOptions options) {
  check(options);
  read_pair(options);
  watch_for_interrupts();
  const ImageList images = find_images(options.images, STDIN_FILENO);
  Run run(options, images, load_stages(options));
  return run.execute();
}

}  // namespace

Command add_run_command(CLI::App& app) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Classify pictures with one network or a cascade");
  add_run_options(*command, *options);
  return {command, [options] { return run(*options); }};
}

}  // namespace yy
