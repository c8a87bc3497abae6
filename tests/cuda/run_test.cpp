// yy-run on the simulated device: where that decides who is deferred, rows are those of the CPU.
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/cli.h"

namespace yy::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class RunOnCuda : public testing::Test {
 protected:
  void SetUp() override { yy_run_program() = YY_SIMULATED_RUN; }
  void TearDown() override { ::unsetenv("YY_CUDA_DEBUG"); }

  static Strings pair(const std::string& command, const Strings& more) {
    Strings arguments{command, "--yin", yin, "--yang", yang, "--threshold"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static std::vector<Strings> rows(const std::string& threshold, const Strings& more) {
    Strings arguments = pair("run", {threshold, digits, "--quiet", "--csv", "-"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = yy_run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return parse_csv(outcome.out);
  }

  static void expect_same(const std::vector<Strings>& found, const std::vector<Strings>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    ASSERT_EQ(found[0], expected[0]);
    for (std::size_t i = 1; i < found.size(); ++i) {
      Strings row = found[i], other = expected[i];
      EXPECT_NEAR(std::stof(row.at(4)), std::stof(other.at(4)), 1e-5);
      row[4] = other[4] = "";
      EXPECT_EQ(row, other);
    }
  }
};

// By a graph whose loop the device decides on, and by reading back, which is what debugging does.
TEST_F(RunOnCuda, DecidedByTheDeviceRowsAreThoseOfTheCpu) {
  for (const char* threshold : {"0", "0.3", "0.7", "1"}) {
    const auto expected = rows(threshold, {"--device", "cpu"});
    ASSERT_EQ(expected.size(), 201U);
    for (const char* batch : {"1", "7", "32"}) {
      for (const char* debug : {"0", "1"}) {
        SCOPED_TRACE(std::string(threshold) + ", batch " + batch + ", debug " + debug);
        ::setenv("YY_CUDA_DEBUG", debug, 1);
        expect_same(rows(threshold, {"--device", "cuda", "--decide", "device", "--batch", batch}), expected);
      }
    }
  }
}

TEST_F(RunOnCuda, SeveralWorkersDecodeForOneCascade) {
  const auto expected = rows("0.7", {"--device", "cpu"});
  for (const char* device : {"cpu", "cuda"})
    expect_same(rows("0.7", {"--device", device, "--decide", "device", "--threads", "3"}), expected);
}

TEST_F(RunOnCuda, TheSummarySaysWhoDecided) {
  const Outcome outcome = yy_run(pair("run", {"0.7", digits, "--quiet", "--device", "cuda", "--decide",
                                              "device", "--threads", "2", "--json", "-"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["decide"], "device");
  EXPECT_EQ(json["deferred"], 49);
  EXPECT_EQ(json["top1"], 0.975);
  EXPECT_EQ(json["workers"], 2);
  EXPECT_GT(json["arena_bytes"], 0);
  EXPECT_GT(json["seconds"]["preprocess"], 0);
  EXPECT_FALSE(json["seconds"].contains("stage_1"));
}

TEST_F(RunOnCuda, BenchHasTheSameDeferredFraction) {
  const Outcome outcome =
      yy_run(pair("bench", {"0.7", "--images", digits, "--device", "cuda", "--decide", "device", "--duration",
                            "0.05", "--threads", "2", "--json", "-"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["decide"], "device");
  EXPECT_NEAR(json["deferred_fraction"], 0.245, 1e-9);
  EXPECT_GT(json["images_per_s"], 0);
}

TEST_F(RunOnCuda, StopsAtTheFirstBadPicture) {
  const TempFolder folder;
  folder.write("bad.png", "no picture");
  const Outcome outcome = yy_run(pair("run", {"0.7", digits, folder.path().string(), "--quiet", "--decide",
                                              "device", "--threads", "4", "--on-error", "fail"}));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("stopped at bad.png"));
}

TEST_F(RunOnCuda, WhatOnlyTheHostCanDecideIsAUsageError) {
  const auto refusal = [](const Strings& more) {
    Strings arguments = pair("run", {"0.7", digits, "--quiet", "--decide", "device"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = yy_run(arguments);
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_THAT(refusal({"--mode", "latency"}), HasSubstr("does not go with low latency"));
  EXPECT_THAT(refusal({"--topk", "2"}), HasSubstr("does not go with more than the best class"));
  EXPECT_THAT(refusal({"--combine", "mean"}), HasSubstr("does not go with the mean of both networks"));
  EXPECT_THAT(refusal({"--html", "/dev/null"}), HasSubstr("--decide device does not go with --html"));
  EXPECT_THAT(refusal({"--stage", yin}), HasSubstr("does not go with 3 stages"));
}

TEST_F(RunOnCuda, ProfilesAddUpToTheRun) {
  const Outcome outcome = yy_run(pair("bench", {"0.7", "--images", digits, "--device", "cuda", "--profile",
                                                "--duration", "0.05", "--threads", "1", "--json", "-"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  double fractions = 0;
  const Json json = Json::parse(outcome.out);
  for (const Json& row : json["profile"]["rows"]) fractions += row["fraction"].get<double>();
  EXPECT_GT(fractions, 0.3);
  EXPECT_LE(fractions, 1 + 1e-9);
}

}  // namespace
}  // namespace yy::test
