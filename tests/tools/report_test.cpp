// yy-run inspect and plan: what they tell of good models, and that every bad one is rejected by name.
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/models/bad_models.h"
#include "tests/test_name.h"
#include "tests/tools/cli.h"

namespace yy::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class RejectedModels : public testing::TestWithParam<std::string> {};

TEST_P(RejectedModels, AreRejectedByName) {
  const std::string model = (models / "bad" / GetParam()).string();
  for (const Strings& arguments : {Strings{"inspect", model}, Strings{"plan", model, "--batch", "2"}}) {
    const Outcome outcome = yy_run(arguments);
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    for (const std::string& word : words_of_refusal(GetParam())) EXPECT_THAT(outcome.err, HasSubstr(word));
  }
}

INSTANTIATE_TEST_SUITE_P(All, RejectedModels, testing::ValuesIn(bad_model_names()), TestName{});

TEST(Inspect, TellsWhatAModelIsMadeOf) {
  const Outcome outcome = yy_run({"inspect", yang});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* line :
       {"file       .*digits-yang.onnx", "opset 13", "input      input float32 \\[[?],3,16,16\\]",
        "parameters 44,626 \\(178,504 bytes\\)", "MACs       1,346,016 for batch 1", "BatchNormalization +6",
        "Conv +6", "lowered    24 nodes -> [0-9]+ steps on cpu, [0-9]+ of them views",
        "output     probabilities float32 \\[1,10\\]", "model card size 16, .* 10 classes"}) {
    EXPECT_THAT(outcome.out, ContainsRegex(line));
  }
  EXPECT_THAT(outcome.out, testing::Not(HasSubstr("ref"))) << "no step may run oneDNN's reference code";
}

TEST(Inspect, TellsWhatEachPassDid) {
  const Outcome outcome = yy_run({"inspect", yang, "--passes"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* line :
       {"pass +nodes before +after +change", "fold_batch_norm +24 +18 +-6 BatchNormalization",
        "fuse_epilogue .*-[0-9]+ Relu", "assign_layouts"}) {
    EXPECT_THAT(outcome.out, ContainsRegex(line));
  }
  const Outcome bad = yy_run({"inspect", (models / "bad" / "conv-channels.onnx").string(), "--passes"});
  EXPECT_EQ(bad.code, 3);
  EXPECT_THAT(bad.err, HasSubstr("conv-channels.onnx"));
}

TEST(Inspect, TellsWhatLoadingAndCompilingTake) {
  const Outcome outcome = yy_run({"inspect", yang, "--times"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, ContainsRegex("part +ms"));
  double sum = 0, total = 0;
  for (const char* part : {"load", "simplify", "lower", "kernels and memory plan", "pack weights", "total"}) {
    std::getline(lines, line);
    EXPECT_THAT(line, testing::StartsWith(part));
    sum += total;
    total = std::stod(line.substr(line.rfind(' ')));
    EXPECT_GE(total, 0);
  }
  EXPECT_NEAR(total, sum, 0.1);  // milliseconds of two decimals, and of what lies between the parts
  const Outcome bad = yy_run({"inspect", (models / "bad" / "conv-channels.onnx").string(), "--times"});
  EXPECT_EQ(bad.code, 3);
  EXPECT_THAT(bad.err, HasSubstr("conv-channels.onnx"));
  EXPECT_EQ(yy_run({"inspect", yang, "--times", "--passes"}).code, 2);
}

TEST(Inspect, AbsentAndUnreadableFiles) {
  EXPECT_EQ(yy_run({"inspect", "/nowhere/net.onnx"}).code, 3);
  EXPECT_EQ(yy_run({"inspect", models.string()}).code, 3);
}

TEST(Inspect, EveryNetWorksWithoutACard) {
  for (const auto& entry : std::filesystem::directory_iterator(models)) {
    if (!entry.path().filename().string().starts_with("net-") || entry.path().extension() != ".onnx")
      continue;
    const Outcome outcome = yy_run({"inspect", entry.path().string()});
    EXPECT_EQ(outcome.code, 0) << entry.path() << outcome.err;
  }
}

// Rows that lie in the same bytes at the same step would overwrite each other, unless they are the same
// memory.
TEST(Plan, RowsDoNotOverlap) {
  const TempFolder folder;
  const Outcome outcome =
      yy_run({"plan", yang, "--batch", "8", "--threads", "1", "--json", folder / "plan.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto plan = nlohmann::json::parse(read_text(folder / "plan.json"));
  const std::size_t arena = plan["arena_bytes"], bound = plan["lower_bound"];
  EXPECT_GE(arena, bound);
  EXPECT_GT(plan["weights_bytes"], 0);
  struct Span {
    std::size_t offset, end;
    int first, last;
    bool operator==(const Span&) const = default;
  };
  std::vector<Span> spans;
  for (const auto& row : plan["rows"]) {
    if (!row.contains("offset")) continue;
    const std::size_t offset = row["offset"], bytes = row["bytes"];
    spans.push_back({offset, offset + bytes, row["first"], row["last"]});
    EXPECT_LE(offset + bytes, arena);
  }
  EXPECT_GT(spans.size(), 10U);
  for (const Span& a : spans) {
    for (const Span& b : spans) {
      const bool same_interval = a.offset == b.offset && a.first == b.first && a.last == b.last;
      const bool together = a.first <= b.last && b.first <= a.last;
      EXPECT_FALSE(!same_interval && together && a.offset < b.end && b.offset < a.end);
    }
  }
}

TEST(Plan, TableHasTotals) {
  const Outcome outcome = yy_run({"plan", yin, "--batch", "4"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, ContainsRegex("step +node +op +implementation +tensor +bytes +offset +lifetime"));
  for (const char* total : {"arena  ", "lower bound  ", "ratio  ", "weights  "})
    EXPECT_THAT(outcome.out, HasSubstr(total));
  const Outcome json = yy_run({"plan", yin, "--batch", "4", "--json", "-"});
  EXPECT_TRUE(nlohmann::json::accept(json.out));
}

TEST(Plan, FixedBatchesCannotBeChanged) {
  const Outcome outcome =
      yy_run({"plan", (models / "net-bottleneck-fixed-batch.onnx").string(), "--batch", "77"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("77"));
}

}  // namespace
}  // namespace yy::test
