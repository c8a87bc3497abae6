// yy-run bench as a program. Durations are short and what they give is not looked at.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/tools/cli.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::HasSubstr;

Strings bench(const Strings& what, const Strings& more) {
  Strings arguments{"bench"};
  arguments.insert(arguments.end(), what.begin(), what.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  if (std::find(more.begin(), more.end(), "--duration") == more.end()) {
    arguments.insert(arguments.end(), {"--duration", "0.05"});
  }
  return arguments;
}

const Strings pair{"--yin", yin, "--yang", yang, "--threshold", "0.9", "--images", digits};

TEST(Bench, NetworkAlone) {
  const TempFolder folder;
  const Outcome outcome =
      yy_run(bench({yin}, {"--threads", "2", "--percentiles", "25,99.5", "--json", folder / "a.json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, HasSubstr("digits-yin on noise"));
  EXPECT_THAT(outcome.out, HasSubstr("p99.5"));
  const Json json = Json::parse(read_text(folder / "a.json"));
  EXPECT_EQ(json["model"], yin);
  EXPECT_EQ(json["workers"], 2);
  EXPECT_EQ(json["images"], 8 * json["batches"].get<int>());
  EXPECT_TRUE(json["latency_ms"].contains("p25"));
  EXPECT_FALSE(fs::exists(folder / "a.json.part"));
}

TEST(Bench, NetworkAloneNeedsNoCard) {
  const TempFolder folder;
  fs::copy_file(yang, folder / "bare.onnx");
  const Outcome outcome =
      yy_run(bench({folder / "bare.onnx"}, {"--scenario", "single-stream", "--threads", "2", "--json", "-"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["workers"], 1);
  EXPECT_EQ(json["batch"], 1);
  EXPECT_EQ(json["scenario"], "single-stream");
}

TEST(Bench, AModelsFixedBatchCounts) {
  const Outcome outcome = yy_run(
      bench({(models / "net-bottleneck-fixed-batch.onnx").string()}, {"--threads", "1", "--json", "-"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_NE(json["batch"], 8);
  EXPECT_EQ(json["images"], json["batch"].get<int>() * json["batches"].get<int>());
}

class BenchPair : public testing::TestWithParam<const char*> {};

TEST_P(BenchPair, DefersAsTheRunDoes) {
  const Outcome run = yy_run(run_pair("0.9", {digits, "--json", "-"}));
  const Outcome outcome = yy_run(bench(pair, {"--scenario", GetParam(), "--threads", "1", "--json", "-"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["deferred_fraction"], Json::parse(run.out)["deferred_fraction"]);
  EXPECT_EQ(json["models"], (Json{yin, yang}));
  EXPECT_EQ(json["thresholds"], Json{0.9});
  EXPECT_EQ(json["images"].get<int>() % 200, 0);  // whole passes
  for (const char* field : {"wall", "preprocess", "stage_1", "stage_2", "glue"}) {
    EXPECT_TRUE(json["seconds"].contains(field)) << field;
  }
  for (const char* field : {"images_per_s", "compute_images_per_s", "latency_ms", "compute_latency_ms"}) {
    EXPECT_TRUE(json.contains(field)) << field;
  }
}

INSTANTIATE_TEST_SUITE_P(All, BenchPair, testing::Values("offline", "single-stream"));

TEST(Bench, OneClassifierOnSomePictures) {
  const Outcome outcome = yy_run(bench(
      {"--model", yin, "--images", digits + "/0", digits + "/1/*.png", "--limit", "7"}, {"--json", "-"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["models"], Json{yin});
  EXPECT_FALSE(json.contains("thresholds"));
  EXPECT_FALSE(json["seconds"].contains("stage_2"));
}

TEST(Bench, ProfileNamesNodesAndTheirStages) {
  const TempFolder folder;
  const Outcome outcome = yy_run(bench(pair, {"--profile", "--threads", "1", "--json", folder / "a.json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* word : {"stage  node", "outside of nodes", "networks", "probe, select, gather, scatter",
                           "queues and verdicts"}) {
    EXPECT_THAT(outcome.out, HasSubstr(word));
  }
  const Json json = Json::parse(read_text(folder / "a.json"));
  std::map<std::string, int> calls;
  for (const Json& row : json["profile"]["rows"]) {
    calls[row["stage"].get<std::string>() + " " + row["operator"].get<std::string>()] +=
        row["calls"].get<int>();
  }
  EXPECT_EQ(calls["stage 1 Probe"], json["batches"]);
  EXPECT_EQ(calls["stage 1 Select"], json["batches"]);
  EXPECT_EQ(calls["stage 1 GatherRows"], json["batches"]);
  EXPECT_EQ(calls["stage 1 ScatterRows"], 2 * json["batches"].get<int>());
  EXPECT_GT(calls["stage 2 Conv"], 0);
}

TEST(Bench, TraceHasAnEventPerLaunch) {
  const TempFolder folder;
  const Outcome outcome =
      yy_run(bench({yin}, {"--threads", "2", "--batch", "256", "--profile", "--duration", "0", "--trace",
                           folder / "t.json", "--json", folder / "a.json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(read_text(folder / "a.json"));
  const Json trace = Json::parse(read_text(folder / "t.json"));
  int launches = 0, events = 0;
  for (const Json& row : json["profile"]["rows"]) launches += row["calls"].get<int>();
  for (const Json& event : trace["traceEvents"]) events += event["ph"] == "X";
  EXPECT_EQ(events, launches);
  EXPECT_GT(events, 0);
}

TEST(Bench, RefusesWhatItCannotMeasure) {
  const TempFolder folder;
  EXPECT_EQ(yy_run(bench({"/nowhere/at.onnx"}, {})).code, 3);
  EXPECT_EQ(yy_run(bench({"--model", "/nowhere/at.onnx", "--images", digits}, {})).code, 3);
  const Outcome damaged =
      yy_run(bench({"--model", yin, "--images", pictures}, {"--json", folder / "a.json"}));
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.err, HasSubstr("/images/bad_"));
  EXPECT_FALSE(fs::exists(folder / "a.json"));
  EXPECT_FALSE(fs::exists(folder / "a.json.part"));
  const Outcome nowhere = yy_run(bench({yin}, {"--json", "/nowhere/a.json"}));
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("/nowhere/a.json"));
}

TEST(Bench, Interrupt) {
  const TempFolder folder;
  Process process(bench({yin}, {"--duration", "600", "--threads", "2", "--trace", folder / "t.json"}), "");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(folder / "t.json.part")) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_EQ(::kill(process.id(), SIGINT), 0);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("interrupted"));
  EXPECT_EQ(outcome.out, "");
  EXPECT_FALSE(fs::exists(folder / "t.json"));
  EXPECT_FALSE(fs::exists(folder / "t.json.part"));
}

}  // namespace
}  // namespace yy::test
