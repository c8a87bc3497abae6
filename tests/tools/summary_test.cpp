#include "tools/yy_run/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tools/report/table.h"
#include "tools/yy_run/progress.h"

namespace yy {
namespace {

using testing::HasSubstr;

TEST(Summary, PercentilesAreNearestRanks) {
  std::vector<float> values;
  for (int i = 100; i >= 1; --i) values.push_back(static_cast<float>(i));
  const Percentiles p = percentiles(values);
  EXPECT_EQ(p.mean, 50.5);
  EXPECT_EQ(p.p50, 50);
  EXPECT_EQ(p.p90, 90);
  EXPECT_EQ(p.p99, 99);
  const Percentiles one = percentiles({7});
  EXPECT_EQ(one.p50, 7);
  EXPECT_EQ(one.p99, 7);
  EXPECT_EQ(percentiles({1, 2, 3}).p90, 3);
}

TEST(Summary, CountsVerdicts) {
  Summary summary(2);
  summary.topk = 2;
  const auto verdict = [](int stage, int label, std::vector<Scored> top) {
    Verdict v;
    v.stage = stage;
    v.label = label;
    v.top = std::move(top);
    return v;
  };
  summary.count(verdict(0, 3, {{3, 0.9F}, {4, 0.1F}}), 3, 0.001);
  summary.count(verdict(1, 3, {{3, 0.9F}, {4, 0.1F}}), 4, 0.002);
  summary.count(verdict(1, 3, {{3, 0.9F}, {4, 0.1F}}), 5, 0.003);
  summary.count(verdict(1, 3, {{3, 0.9F}, {4, 0.1F}}), -1, 0.004);
  Verdict failed;
  failed.error = "no";
  summary.count(failed, 3, 0.005);
  summary.images = 5;
  summary.wall_seconds = 2;
  const auto json = nlohmann::json::parse(summary.json());
  EXPECT_EQ(json["failed"], 1);
  EXPECT_EQ(json["labelled"], 3);
  EXPECT_DOUBLE_EQ(json["top1"], 1.0 / 3);
  EXPECT_DOUBLE_EQ(json["top2"], 2.0 / 3);
  EXPECT_EQ(json["answered_by_stage"], (nlohmann::json{1, 3}));
  EXPECT_DOUBLE_EQ(json["images_per_s"], 2.5);
  EXPECT_NEAR(json["latency_ms"]["mean"].get<double>(), 2.5, 1e-6);
}

TEST(Summary, PathsNeedNotBeUtf8) {
  Summary summary(1);
  summary.models = {"\xff.onnx"};
  EXPECT_TRUE(nlohmann::json::accept(summary.json()));
}

TEST(Progress, TellsRateTimeLeftAndDeferred) {
  EXPECT_EQ(progress_line(50, 200, 10, 0.256),
            "[######..................] 50/200  10.0 images/s  ETA 0:15  deferred 25.6 %");
  EXPECT_EQ(progress_line(200, 200, 10, -1), "[########################] 200/200  10.0 images/s  ETA 0:00");
  EXPECT_THAT(progress_line(0, 200, 0, -1), HasSubstr("ETA --:--"));
  EXPECT_THAT(progress_line(1, 100001, 10, -1), HasSubstr("ETA 2:46:40"));
}

TEST(Table, AlignsAndDefuses) {
  Table table({{"name"}, {"n", Table::Align::right}});
  table.add({"\xc3\xa4", "10"});
  table.add({"\x1b[2J\n", "7"});
  EXPECT_EQ(table.text(), "name       n\n\xc3\xa4         10\n\\x1b[2J    7\n");
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
}

}  // namespace
}  // namespace yy
