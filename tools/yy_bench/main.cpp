// yy-bench: microbenchmarks of kernels and of preparing pictures on Google Benchmark. Its own flags are
// below; all of Google Benchmark's work too
// (--benchmark_filter=REGEX, --benchmark_format=json, --benchmark_repetitions=N...).
#include <CLI/CLI.hpp>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>

#include "runtime/error.h"
#include "tools/device_option.h"
#include "tools/exit_codes.h"
#include "tools/yy_bench/picture_benchmark.h"
#include "tools/yy_bench/sources.h"
#include "yy/threads.h"

namespace yy {
namespace {

struct Options {
  std::vector<std::string> models;
  std::vector<std::filesystem::path> pictures;
  std::int64_t batch = 8;
  int threads = available_threads();
  std::string precision = "f32";
  DeviceOption device;
};

void register_all(const Options& options) {
  const std::shared_ptr<const Backend> backend = open_named_device(options.device, "yy-bench");
  BenchmarkSetting setting{backend, options.threads, {}, nullptr};
  if (!backend->host_memory()) setting.flush = std::make_shared<CacheFlush>(*backend);
  setting.peak = setting.flush == nullptr ? measure_peak(*backend, options.threads)
                                          : measure_device_peak(*backend, *setting.flush);
  benchmark::AddCustomContext("device", std::string(backend->name()));
  benchmark::AddCustomContext("threads", std::to_string(options.threads));
  benchmark::AddCustomContext("peak_gflop_per_s", fmt::format("{:.1f}", setting.peak.flops_per_second / 1e9));
  benchmark::AddCustomContext("peak_narrow_gflop_per_s",
                              fmt::format("{:.1f}", setting.peak.narrow_flops_per_second / 1e9));
  benchmark::AddCustomContext("peak_gb_per_s", fmt::format("{:.1f}", setting.peak.bytes_per_second / 1e9));
  const bool given = !options.models.empty() || !options.pictures.empty();
  if (!given || !options.pictures.empty()) register_pictures(options.pictures);
  if (!given) {
    for (const BenchmarkCase& which : operator_cases(*backend)) register_kernel(which, setting);
  }
  const Precision precision = choose_precision(options.precision, *setting.backend);
  for (const std::string& model : options.models) {
    for (const BenchmarkCase& which :
         model_cases(model, options.batch, options.threads, precision, setting.backend)) {
      register_kernel(which, setting);
    }
  }
}

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);  // takes its own flags out
  Options options;
  CLI::App app(
      "Times the operator cases of the tests and the preparation of a made-up picture, or with --model the\n"
      "layers of real networks and with --picture the decoding and preparation of real pictures.\n"
      "Google Benchmark's flags work as well, --benchmark_filter=REGEX first of all.",
      "yy-bench");
  app.add_option("--model", options.models, "An ONNX file whose layers are timed; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--picture", options.pictures, "A JPEG or PNG file to decode and prepare; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--batch", options.batch, "Pictures per run of a model's layers")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--threads", options.threads, "Threads of one kernel")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--precision", options.precision, "Of a model's layers: f32, tf32, f16, bf16 or auto")
      ->check(CLI::IsMember({"f32", "tf32", "f16", "bf16", "auto"}))
      ->capture_default_str();
  add_device_option(app, options.device);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    register_all(options);
  } catch (const Error& error) {
    std::fputs(fmt::format("yy-bench: {}\n", error.what()).c_str(), stderr);
    return static_cast<int>(exit_code_of(error.code()));
  }
  return benchmark::RunSpecifiedBenchmarks() > 0 ? 0 : 1;
}

}  // namespace
}  // namespace yy

int main(int argc, char** argv) {
  return yy::run(argc, argv);
}
