// The parts of `yy-run bench`: flags, the pictures' order, results as JSON, the profile as table and trace.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"
#include "tests/tools/temp_folder.h"
#include "tools/yy_run/bench_options.h"
#include "tools/yy_run/bench_report.h"
#include "tools/yy_run/report_model.h"
#include "tools/yy_run/summary.h"

namespace yy {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

BenchOptions parse(std::vector<std::string> arguments) {
  CLI::App app;
  BenchOptions options;
  add_bench_options(app, options);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 wants them so
  app.parse(arguments);
  check(options);
  return options;
}

TEST(BenchOptions, Percentiles) {
  EXPECT_THAT(parse({"m.onnx"}).percentiles, ElementsAre(50, 90, 99));
  EXPECT_THAT(parse({"m.onnx", "--percentiles", "99.9,5"}).percentiles, ElementsAre(99.9, 5));
  EXPECT_THAT(parse({"--percentiles", "100", "m.onnx"}).percentiles, ElementsAre(100));
  for (const char* bad : {"", "0", "-1", "100.1", "nan", "50,0"}) {
    EXPECT_THROW(parse({"m.onnx", "--percentiles", bad}), Error) << bad;
  }
  for (const char* bad : {"p50", "50;90"}) {
    EXPECT_THROW(parse({"m.onnx", "--percentiles", bad}), CLI::ParseError) << bad;
  }
}

TEST(BenchOptions, ScenariosDivideTheThreads) {
  const BenchOptions offline = parse({"m.onnx", "--threads", "3"});
  EXPECT_EQ(offline.workers(), 3U);
  EXPECT_EQ(offline.threads_per_worker(), 1);
  EXPECT_EQ(offline.batch(), 8);
  const BenchOptions stream =
      parse({"--images", "x", "--model", "m", "--threads", "3", "--scenario", "single-stream"});
  EXPECT_EQ(stream.workers(), 1U);
  EXPECT_EQ(stream.threads_per_worker(), 3);
  EXPECT_EQ(stream.batch(), 1);
  const auto backend = make_cpu_backend();
  EXPECT_FALSE(stream.run.cascade(*backend).carry_over);
  EXPECT_EQ(stream.run.cascade(*backend).threads, 3);
  EXPECT_EQ(parse({"m.onnx", "--batch", "5", "--scenario", "single-stream"}).batch(), 5);
}

BenchReport report_of_two_workers() {
  BenchReport report;
  report.scenario = "offline";
  report.models = {"a.onnx", "b.onnx"};
  report.names = {"a", "b"};
  report.thresholds = {0.5};
  report.deferred_fraction = 0.25;
  report.percentiles = {50, 99.9};
  report.batch = 4;
  report.threads = 2;
  report.workers = 2;
  report.device = "cpu";
  report.precision = "f32";
  report.add({2, {600, 400, 1000}, {300, 200, 500}}, {0.5, {0.75, 0.5}, 0.125});
  report.add({2, {800, 1200}, {400, 600}}, {0.5, {0.75, 0.5}, 0.125});
  return report;
}

TEST(BenchReport, Fields) {
  const Json json = Json::parse(report_of_two_workers().json());
  EXPECT_EQ(json, Json::parse(R"({
    "scenario": "offline", "models": ["a.onnx", "b.onnx"], "images": 20, "batches": 5,
    "images_per_s": 10.0, "compute_images_per_s": 13.333333333333334,
    "seconds": {"wall": 2.0, "preprocess": 1.0, "stage_1": 1.5, "stage_2": 1.0, "glue": 0.25},
    "latency_ms": {"mean": 800.0, "p50": 800.0, "p99.9": 1200.0},
    "compute_latency_ms": {"mean": 400.0, "p50": 400.0, "p99.9": 600.0},
    "ms_per_image": 100.0, "deferred_fraction": 0.25, "thresholds": [0.5],
    "batch": 4, "threads": 2, "workers": 2, "device": "cpu", "precision": "f32",
    "decide": "host"})"));
}

TEST(BenchReport, OneNetworkOnNoise) {
  BenchReport report = report_of_two_workers();
  report.on_noise = true;
  report.models = {"a.onnx"};
  report.names = {"a"};
  report.thresholds.clear();
  const Json json = Json::parse(report.json());
  EXPECT_EQ(json["model"], "a.onnx");
  EXPECT_EQ(json["seconds"], Json::parse(R"({"wall": 2.0})"));
  EXPECT_EQ(json["best_ms_per_image"], 100);
  EXPECT_EQ(json["median_ms_per_image"], 200);
  for (const char* field : {"models", "decide", "compute_images_per_s", "compute_latency_ms",
                            "deferred_fraction", "thresholds", "profile"}) {
    EXPECT_FALSE(json.contains(field)) << field;
  }
  EXPECT_THAT(report.text(), HasSubstr("10.0 images/s, 100.000 ms per image, 200.000 core-ms"));
  EXPECT_THAT(report.text(), Not(HasSubstr("deferred")));
}

// Pictures are prepared while the device computes, so what they take is not a part of the rest.
TEST(BenchReport, DecidedByTheDevice) {
  BenchReport report = report_of_two_workers();
  report.decider = "device";
  report.times.stages.clear();
  const Json json = Json::parse(report.json());
  EXPECT_EQ(json["decide"], "device");
  EXPECT_EQ(json["seconds"], Json::parse(R"({"wall": 2.0, "preprocess": 1.0})"));
  EXPECT_FALSE(json.contains("compute_images_per_s"));
  EXPECT_FALSE(json.contains("compute_latency_ms"));
  EXPECT_FALSE(json.contains("latency_ms"));
  EXPECT_THAT(report.text(), Not(HasSubstr("latency")));
  EXPECT_THAT(report.text(),
              HasSubstr("preprocess 1.000 (summed over the workers), beside the device's work"));
  EXPECT_THAT(report.text(), Not(HasSubstr("without resize")));
}

TEST(BenchReport, Text) {
  const std::string text = report_of_two_workers().text();
  EXPECT_THAT(text,
              HasSubstr("a -> b: 20 images in 2.00 s (offline, cpu, f32, batch 4, threads 2, workers 2)"));
  EXPECT_THAT(text, HasSubstr("mean 800.000 ms per batch, p50 800.000, p99.9 1200.000"));
  EXPECT_THAT(text, HasSubstr("without resize and normalisation\nthroughput  13.3 images/s"));
  EXPECT_THAT(text, HasSubstr("preprocess 1.000, stage 1 1.500, stage 2 1.000, glue 0.250"));
  EXPECT_THAT(text, HasSubstr("deferred    25.0 %"));
}

// Counts and no times: launches that do nothing.
class Nothing : public Stream {
 public:
  void run(std::span<const Launch>) override {}
  void wait() override {}
};

std::vector<Profile> two_profiles() {
  std::vector<Profile> profiles;
  profiles.reserve(2);
  const std::vector<Launch> launches(2);
  Nothing stream;
  for (int worker = 0; worker < 2; ++worker) {
    Profile& profile = profiles.emplace_back(3);
    profile.add({"stage 1", "conv", "Conv", "fast", "[1,2]", 1'000'000, 0, 0});
    profile.add({"stage 1", "", "Probe", "loop", "[1]", 0, 0, 0});
    profile.add({"stage 2", "never", "Conv", "fast", "[1,2]", 0, 0, 0});
    for (int i = 0; i <= worker; ++i) profile.run(stream, launches, 0);
  }
  return profiles;
}

TEST(ProfileTable, SumsOverTheWorkersAndLeavesOutWhatNeverRan) {
  const Json json = ProfileTable(two_profiles(), 10).json();
  ASSERT_EQ(json["rows"].size(), 2U);
  double fractions = json["outside_fraction"];
  for (const Json& row : json["rows"]) {
    EXPECT_EQ(row["stage"], "stage 1");
    EXPECT_EQ(row["calls"], 3);
    fractions += row["fraction"].get<double>();
  }
  EXPECT_NEAR(fractions, 1, 1e-9);
}

TEST(ProfileTable, FoldsSmallRowsAndTellsTheRest) {
  const std::string text = ProfileTable(two_profiles(), 1e6).text();
  EXPECT_THAT(text, testing::StartsWith("stage  node"));
  EXPECT_THAT(text, HasSubstr("2 more"));
  EXPECT_THAT(text, HasSubstr("outside of nodes"));
  EXPECT_THAT(text, HasSubstr("queues and verdicts              100.00 %"));
}

TEST(Trace, HasAnEventPerLaunchUpToTheBound) {
  const test::TempFolder folder;
  {
    OutputFile file(folder / "trace.json", OutputFile::Leftover::remove);
    write_trace(file, two_profiles());
    file.commit();
  }
  const Json trace = Json::parse(test::read_text(folder / "trace.json"));
  std::map<int, int> events;
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    ++events[event["tid"].get<int>()];
    EXPECT_EQ(event["pid"], 1);
    EXPECT_EQ(event["name"], event["cat"] == "Probe" ? "Probe" : "conv");
    EXPECT_EQ(event["args"]["stage"], "stage 1");
    EXPECT_TRUE(event["args"].contains("shape") && event["args"].contains("implementation"));
    EXPECT_TRUE(event["ts"].is_number() && event["dur"].is_number());
  }
  EXPECT_EQ(events, (std::map<int, int>{{1, 2}, {2, 3}}));
}

TEST(Noise, IsTheSameEveryTimeAndStandardNormal) {
  const std::string file = YY_TEST_MODELS_DIR "/digits-yin.onnx";
  const Network network(load_for_report(file).onnx.graph, file, make_cpu_backend());
  const auto program = compile_for_report(network, 64, 1, Precision::f32);
  const std::vector<Tensor> noise = make_noise(*program), again = make_noise(*program);
  ASSERT_EQ(noise.size(), 1U);
  EXPECT_EQ(noise[0].desc().layout, Layout::channels_last);
  EXPECT_EQ(noise[0].shape()[0], 64);
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < noise[0].as<float>().size(); ++i) {
    const float x = noise[0].as<float>()[i];
    EXPECT_EQ(x, again[0].as<float>()[i]);
    sum += x;
    squares += x * x;
  }
  const auto n = static_cast<double>(noise[0].as<float>().size());
  EXPECT_NEAR(sum / n, 0, 0.05);
  EXPECT_NEAR(squares / n, 1, 0.05);
}

}  // namespace
}  // namespace yy
