#include "tools/yy_run/bench_command.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <unistd.h>

#include "runtime/printable.h"
#include "tools/device_option.h"
#include "tools/yy_run/bench_loop.h"
#include "tools/yy_run/bench_options.h"
#include "tools/yy_run/bench_report.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/output_file.h"
#include "tools/yy_run/report_model.h"

namespace yy {
namespace {

constexpr std::size_t most_events = 100'000;  // of a trace, all workers together

// One measurement: loads that are on the clock, and files that take what comes out.
class Bench {
 public:
  explicit Bench(const BenchOptions& options) : options_(options) {
    const std::size_t workers = options.workers();
    report_.scenario = options.scenario;
    report_.on_noise = options.on_noise();
    report_.percentiles = options.percentiles;
    report_.threads = options.run.threads;
    report_.workers = workers;
    if (!options.profiled()) return;
    profiles_.reserve(workers);  // loads keep pointers to them
    const std::size_t events = options.trace.empty() ? 0 : most_events / workers;
    for (std::size_t w = 0; w < workers; ++w) profiles_.emplace_back(events);
  }

  ExitCode execute() {
    if (!options_.json.empty()) json_.emplace(options_.json, OutputFile::Leftover::remove);
    if (!options_.trace.empty()) trace_.emplace(options_.trace, OutputFile::Leftover::remove);
    if (options_.on_noise()) {
      measure_network();
    } else {
      measure_cascade();
    }
    write_results();
    return ExitCode::ok;
  }

 private:
  Profile* profile(std::size_t worker) { return profiles_.empty() ? nullptr : &profiles_[worker]; }

  void measure_network() {
    const Network network(load_for_report(options_.network).onnx.graph, options_.network,
                          open_named_device(options_.run.device));
    report_.models = {options_.network};
    report_.names = {std::filesystem::path(options_.network).stem().string()};
    report_.device = network.backend().name();
    report_.batch = network.fixed_batch().value_or(options_.batch());
    const Precision precision = choose_precision(options_.run.precision, network.backend());
    report_.precision = name_of(precision);
    const int threads = options_.threads_per_worker();
    const auto program = compile_for_report(network, report_.batch, threads, precision);
    const std::vector<Tensor> noise = make_noise(*program);
    Loads loads;
    for (std::size_t w = 0; w < report_.workers; ++w) {
      loads.push_back(std::make_unique<NetworkLoad>(program, network.backend(), threads, noise, profile(w)));
    }
    measure(loads);
  }

  void measure_cascade() {
    const ImageList list = find_images(options_.run.images, STDIN_FILENO);
    const Stages stages = load_stages(options_.run);
    const Network& yin = stages[0]->network();
    report_.models = options_.run.models();
    report_.names = names_of(stages);
    report_.thresholds = thresholds_of(options_.run);
    report_.device = yin.backend().name();
    report_.batch = yin.fixed_batch().value_or(options_.batch());
    CascadeOptions cascade = options_.run.cascade(yin.backend());
    report_.precision = name_of(cascade.precision);
    report_.decider = options_.run.decide;
    PictureSet pictures;
    Loads loads;
    std::vector<const CascadeLoad*> cascades;
    for (std::size_t w = 0; w < report_.workers; ++w) {
      stop_if_interrupted();
      cascade.profile = profile(w);
      auto load =
          std::make_unique<CascadeLoad>(stages, cascade, decider_named(options_.run.decide), pictures);
      cascades.push_back(load.get());
      loads.push_back(std::move(load));
    }
    pictures.decode(list, options_.limit, options_.run.exif, cascades[0]->cascade());
    measure(loads);
    for (const CascadeLoad* load : cascades) {
      report_.deferred_fraction +=
          static_cast<double>(load->deferred()) / static_cast<double>(pictures.size());
    }
  }

  void measure(const Loads& loads) {
    warm_up(loads);
    const auto start = Profile::Clock::now();
    for (Profile& profile : profiles_) profile.restart(start);
    const std::vector<WorkerTimes> times = run_on_the_clock(loads, options_.duration);
    for (std::size_t w = 0; w < loads.size(); ++w) report_.add(times[w], loads[w]->times());
    if (options_.profile) report_.profile.emplace(profiles_, report_.compute_seconds());
  }

  void write_results() {
    if (json_) {
      json_->write(report_.json());
      json_->commit();
    }
    if (trace_) {
      write_trace(*trace_, profiles_);
      trace_->commit();
    }
    if (options_.json == "-" || options_.trace == "-") return;
    write_file("-", printable_lines(report_.text()));
  }

  const BenchOptions& options_;
  std::vector<Profile> profiles_;  // one per worker, or none
  BenchReport report_;
  std::optional<OutputFile> json_, trace_;
};

ExitCode bench(BenchOptions options) {
  check(options);
  watch_for_interrupts();
  return Bench(options).execute();
}

}  // namespace

Command add_bench_command(CLI::App& app) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand("bench", "Measure how fast a network or a cascade is, node by node");
  add_bench_options(*command, *options);
  return {command, [options] { return bench(*options); }};
}

}  // namespace yy
