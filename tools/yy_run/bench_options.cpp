#include "tools/yy_run/bench_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "runtime/error.h"
#include "tools/device_option.h"

namespace yy {
namespace {

constexpr double longest_duration = 86400;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what);
}

void add_measuring_options(CLI::App& app, BenchOptions& options) {
  app.add_option("--scenario", options.scenario,
                 "offline: a worker per thread, full batches; single-stream: one batch at a time, as fast as "
                 "all threads together answer it")
      ->check(CLI::IsMember({"offline", "single-stream"}))
      ->capture_default_str();
  app.add_option("--duration", options.duration, "Seconds, after a warm-up")->capture_default_str();
  app.add_option("--percentiles", options.percentiles, "Of the latencies [50,90,99]")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("P,P,...");
  app.add_option("--json", options.json, "The results; - is stdout")->type_name("FILE");
  app.add_flag("--profile", options.profile, "What each node takes");
  app.add_option("--trace", options.trace, "A timeline of the nodes, for chrome://tracing or Perfetto")
      ->type_name("FILE");
}

}  // namespace

std::int64_t BenchOptions::batch() const {
  return run.batch.value_or(scenario == "offline" ? 8 : 1);
}

std::size_t BenchOptions::workers() const {
  return scenario == "offline" ? static_cast<std::size_t>(run.threads) : 1;
}

void add_bench_options(CLI::App& app, BenchOptions& options) {
  CLI::Option* network = app.add_option("MODEL", options.network, "An ONNX file to time alone, on noise");
  app.add_option("--images", options.run.images, "Pictures to classify: folders, patterns, files, -")
      ->type_name("IMAGES");
  app.add_option("--limit", options.limit, "At most so many of the pictures, spread evenly")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 30));
  add_network_options(app, options.run);
  add_decide_option(app, options.run.decide);
  app.add_flag("--exif", options.run.exif, "Turn pictures as their Exif orientation asks");
  add_card_options(app, options.run.card);
  std::vector<CLI::Option*> of_pictures = app.get_options();  // all so far, but for the help
  std::erase_if(of_pictures, [&](auto* option) { return option == network || option == app.get_help_ptr(); });
  app.callback([network, of_pictures] {
    for (const CLI::Option* option : of_pictures) {
      if (network->count() == 0 || option->count() == 0) continue;
      throw CLI::ValidationError(option->get_name(),
                                 "does not go with MODEL, which is timed alone and on noise");
    }
  });
  app.add_option("--batch", options.run.batch, "Pictures per run of a network [8; single-stream: 1]")
      ->check(CLI::Range(1, largest_batch));
  add_threads_option(app, options.run.threads);
  add_device_option(app, options.run.device);
  add_precision_option(app, options.run.precision);
  add_measuring_options(app, options);
}

void check(BenchOptions& options) {
  if (!options.on_noise()) {
    if (options.run.images.empty()) {
      refuse("give MODEL, a network to time alone, or --images IMAGES and --model M or --yin M --yang M");
    }
    check_networks(options.run);
    check_card(options.run.card);
  }
  if (!(options.duration >= 0 && options.duration <= longest_duration)) {
    refuse(fmt::format("--duration should be from 0 to {} seconds, found {}", longest_duration,
                       options.duration));
  }
  for (double p : options.percentiles) {
    if (!(p > 0 && p <= 100))
      refuse(fmt::format("--percentiles should be above 0 and at most 100, found {}", p));
  }
  check_outputs({"--json", options.json}, {"--trace", options.trace});
  options.run.mode = options.scenario == "offline" ? "throughput" : "latency";
  check_decide(options.run);
}

}  // namespace yy
