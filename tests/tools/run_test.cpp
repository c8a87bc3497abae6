// yy-run run where all goes well: answers, rows, summaries.
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cpu/cpu_backend.h"
#include "tests/tools/cli.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

struct Answer {
  int label, predicted;
  float confidence;
};

std::map<std::string, Answer> reference(const char* file) {
  std::map<std::string, Answer> answers;
  std::ifstream stream(data / file);
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    for (char& c : line) c = c == ',' ? ' ' : c;
    std::istringstream fields(line);
    std::string image;
    Answer answer{};
    fields >> image >> answer.label >> answer.predicted >> answer.confidence;
    answers[image] = answer;
  }
  return answers;
}

const Strings header{"image", "label", "predicted", "class", "confidence", "stage", "error"};

// Rows against the reference answers of the two networks; confidences this close to the threshold may fall on
// either side of it.
void check_rows(const std::vector<Strings>& rows, float threshold) {
  constexpr float tolerance = 2e-4F;
  const auto by_yin = reference("digits-yin.csv"), by_yang = reference("digits-yang.csv");
  ASSERT_EQ(rows.size(), by_yin.size() + 1);
  EXPECT_EQ(rows[0], header);
  auto next = by_yin.begin();  // a map is in the order of rows, too
  for (std::size_t i = 1; i < rows.size(); ++i, ++next) {
    const auto& row = rows[i];
    ASSERT_EQ(row.size(), header.size());
    ASSERT_EQ(row[0], next->first);
    const float yin_confidence = next->second.confidence;
    if (std::abs(yin_confidence - threshold) > tolerance) {
      EXPECT_EQ(row[5], yin_confidence > threshold ? "1" : "2") << row[0] << " " << yin_confidence;
    }
    const Answer& expected = row[5] == "1" ? next->second : by_yang.at(row[0]);
    EXPECT_EQ(row[1], std::to_string(expected.label));
    EXPECT_EQ(row[2], std::to_string(expected.predicted)) << row[0];
    EXPECT_EQ(row[3], "digit " + row[2]);
    EXPECT_NEAR(std::stof(row[4]), expected.confidence, tolerance) << row[0];
    EXPECT_EQ(row[6], "");
  }
}

TEST(Run, SingleModelsAnswerAsTheReference) {
  const TempFolder folder;
  ASSERT_EQ(yy_run(run_yin({digits, "--csv", folder / "a.csv", "--quiet"})).code, 0);
  check_rows(read_csv(folder / "a.csv"), 0);
  EXPECT_FALSE(fs::exists(folder / "a.csv.part"));
}

struct Setting {
  const char* threshold;
  const char* mode;
  const char* batch;
};

class RunPair : public testing::TestWithParam<Setting> {};

TEST_P(RunPair, AnswersAsTheReference) {
  const auto [threshold, mode, batch] = GetParam();
  const TempFolder folder;
  const Outcome outcome = yy_run(run_pair(threshold, {digits, "--mode", mode, "--batch", batch, "--csv",
                                                      folder / "a.csv", "--json", folder / "a.json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto rows = read_csv(folder / "a.csv");
  check_rows(rows, std::stof(threshold));
  std::size_t second = 0;
  for (const Strings& row : rows) second += row[5] == "2";
  const auto json = nlohmann::json::parse(read_text(folder / "a.json"));
  EXPECT_EQ(json["deferred"], second);
  EXPECT_EQ(json["batch"], std::stoi(batch));
}

INSTANTIATE_TEST_SUITE_P(All, RunPair,
                         testing::Values(Setting{"0.9", "throughput", "8"}, Setting{"0.9", "throughput", "7"},
                                         Setting{"0.9", "throughput", "1"},
                                         Setting{"0.9", "throughput", "256"}, Setting{"0.9", "latency", "1"},
                                         Setting{"0.9", "latency", "8"}, Setting{"0", "throughput", "8"},
                                         Setting{"1", "throughput", "8"}));

TEST(Run, SummaryHoldsEveryField) {
  const TempFolder folder;
  ASSERT_EQ(yy_run(run_pair("0.9", {digits, "--json", folder / "a.json", "--topk", "3"})).code, 0);
  const auto json = nlohmann::json::parse(read_text(folder / "a.json"));
  EXPECT_EQ(json["images"], 200);
  EXPECT_EQ(json["failed"], 0);
  EXPECT_EQ(json["labelled"], 200);
  for (const char* field :
       {"images_per_s", "deferred_fraction", "top1", "top3", "arena_bytes", "weights_bytes"}) {
    EXPECT_GT(json.at(field), 0) << field;
  }
  for (const char* field : {"decode", "preprocess", "stage_1", "stage_2", "wall"}) {
    EXPECT_GT(json.at("seconds").at(field), 0) << field;
  }
  const auto& latency = json.at("latency_ms");
  EXPECT_GT(latency.at("mean"), 0);
  EXPECT_LE(latency.at("p50"), latency.at("p90"));
  EXPECT_LE(latency.at("p90"), latency.at("p99"));
  EXPECT_LE(json["top1"], json["top3"]);
  EXPECT_DOUBLE_EQ(json["deferred_fraction"], json["deferred"].get<double>() / 200);
  EXPECT_EQ(json["device"], "cpu");
  EXPECT_EQ(json["precision"], "f32");
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["batch"], 8);
  EXPECT_EQ(json["models"], (nlohmann::json{yin, yang}));
}

// A test may lower what oneDNN takes the CPU for, so this holds on every machine.
class OldCpu {
 public:
  OldCpu() { ::setenv("DNNL_MAX_CPU_ISA", "AVX2", 1); }
  ~OldCpu() { ::unsetenv("DNNL_MAX_CPU_ISA"); }
};

TEST(Run, PrecisionIsWhatWasAskedForOrIsRefused) {
  const TempFolder folder;
  const auto run_in = [&](const std::string& precision) {
    return yy_run(
        run_pair("0.9", {digits, "--precision", precision, "--quiet", "--json", folder / "a.json"}));
  };
  const auto precision = [&] { return nlohmann::json::parse(read_text(folder / "a.json"))["precision"]; };
  EXPECT_EQ(run_in("f64").code, 2);
  EXPECT_EQ(run_in("f16").code, 5) << "the CPU has none";
  {
    const OldCpu old;
    const Outcome refused = run_in("bf16");
    EXPECT_EQ(refused.code, 5);
    EXPECT_NE(refused.err.find("bf16"), std::string::npos) << refused.err;
    EXPECT_EQ(run_in("auto").code, 0);
    EXPECT_EQ(precision(), "f32");
  }
  const std::string best = make_cpu_backend()->support(Precision::bf16) == Support::native ? "bf16" : "f32";
  ASSERT_EQ(run_in("auto").code, 0);
  EXPECT_EQ(precision(), best);
}

TEST(Run, Bfloat16AnswersAsFloat32AlmostEverywhere) {
  if (make_cpu_backend()->support(Precision::bf16) == Support::none) GTEST_SKIP() << "no bfloat16 here";
  const TempFolder folder;
  ASSERT_EQ(yy_run(run_pair("0.9", {digits, "--csv", folder / "a.csv", "--quiet"})).code, 0);
  ASSERT_EQ(
      yy_run(run_pair("0.9", {digits, "--csv", folder / "b.csv", "--quiet", "--precision", "bf16"})).code, 0);
  const auto exact = read_csv(folder / "a.csv"), rounded = read_csv(folder / "b.csv");
  ASSERT_EQ(exact.size(), rounded.size());
  std::size_t same = 0, same_confidence = 0;
  for (std::size_t i = 1; i < exact.size(); ++i) {
    same += exact[i][2] == rounded[i][2] ? 1 : 0;
    same_confidence += exact[i][4] == rounded[i][4] ? 1 : 0;
  }
  EXPECT_GE(same, 0.98 * static_cast<double>(exact.size() - 1));
  EXPECT_LT(same_confidence, exact.size() / 2) << "this was not bfloat16";
}

TEST(Run, TopkAddsColumns) {
  const TempFolder folder;
  ASSERT_EQ(yy_run(run_pair("0.9", {digits, "--csv", folder / "a.csv", "--topk", "3", "--quiet"})).code, 0);
  const auto rows = read_csv(folder / "a.csv");
  Strings expected = header;
  for (const char* column : {"class_2", "confidence_2", "class_3", "confidence_3"})
    expected.push_back(column);
  EXPECT_EQ(rows[0], expected);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), expected.size());
    EXPECT_NE(rows[i][3], rows[i][7]);
    EXPECT_GE(std::stof(rows[i][4]), std::stof(rows[i][8]));
    EXPECT_GE(std::stof(rows[i][8]), std::stof(rows[i][10]));
  }
}

TEST(Run, OddFileNamesSurviveTheCsv) {
  const TempFolder folder;
  const Strings names{"a,b.png", "line\nbreak.png", "quo\"te.PNG", "umlaut \xc3\xa4.png", "\xff latin.png"};
  for (const std::string& name : names) fs::copy_file(digits + "/0/0049.png", folder.path() / name);
  const Outcome outcome =
      yy_run(run_yin({folder.path().string(), "--csv", "-", "--json", folder / "a.json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto rows = parse_csv(outcome.out);
  ASSERT_EQ(rows.size(), names.size() + 1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(rows[i + 1][0], names[i]);
    EXPECT_EQ(rows[i + 1][1], "") << "not a labelled folder";
  }
  EXPECT_FALSE(nlohmann::json::parse(read_text(folder / "a.json")).contains("top1"));
}

TEST(Run, SmallRunsPrintATableAndTerminalCodesAreDefused) {
  const TempFolder folder;
  fs::copy_file(digits + "/0/0049.png", folder.path() / "a\x1b[31m.png");
  const Outcome small = yy_run(run_pair("0", {folder.path().string()}));
  EXPECT_EQ(small.code, 0);
  EXPECT_THAT(small.out, HasSubstr("a\\x1b[31m.png  digit 0      0.9206  digits-yin"));
  EXPECT_THAT(small.out, HasSubstr("1 images in "));
  const Outcome large = yy_run(run_pair("0.9", {digits}));
  EXPECT_THAT(large.out, HasSubstr("top-1     0.9850 (197 of 200 labelled)"));
  EXPECT_THAT(large.out, HasSubstr("latency "));
  EXPECT_THAT(large.out, Not(HasSubstr("0049.png")));
  EXPECT_EQ(large.err, "") << "no progress where stderr is no terminal";
  EXPECT_EQ(yy_run(run_yin({digits, "--quiet"})).out, "");
  EXPECT_THAT(yy_run(run_yin({digits, "--json", "-"})).out, testing::StartsWith("{"));
}

TEST(Run, ListsPatternsFilesAndRepeatsAreTakenInOrder) {
  const std::string a = digits + "/3/0213.png", b = digits + "/0/0049.png";
  const Outcome outcome =
      yy_run(run_yin({"-", digits + "/9/*.png", b, "--csv", "-"}), a + "\r\n\n" + b + "\n" + b);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto rows = parse_csv(outcome.out);
  ASSERT_GT(rows.size(), 6U);
  EXPECT_EQ(rows[1][0], a);
  EXPECT_EQ(rows[2][0], b);
  EXPECT_EQ(rows[3][0], b);
  EXPECT_THAT(rows[4][0], HasSubstr("/9/"));
  EXPECT_EQ(rows.back()[0], b);
}

TEST(Run, FlagsStandInForACard) {
  const TempFolder folder;
  fs::copy_file(yin, folder.path() / "bare.onnx");
  Strings arguments{"run",       digits, "--model", folder / "bare.onnx",
                    "--threads", "1",    "--csv",   folder / "a.csv"};
  for (const char* word : {"--size", "8", "--crop", "1", "--interpolation", "bilinear", "--mean", "0",
                           "--std", "255,255,255", "--classes"}) {
    arguments.push_back(word);
  }
  arguments.push_back((models / "digits-classes.txt").string());
  const Outcome outcome = yy_run(arguments);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  check_rows(read_csv(folder / "a.csv"), 0);
}

TEST(Run, ThreeStages) {
  const TempFolder folder;
  const Outcome outcome =
      yy_run({"run", digits, "--yin", yin, "--stage", yang, "--yang", yang, "--threshold", "0.9",
              "--threshold", "0.99", "--csv", folder / "a.csv", "--json", folder / "a.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::map<std::string, int> answered;
  for (const Strings& row : read_csv(folder / "a.csv")) ++answered[row[5]];
  EXPECT_GT(answered["1"], 0);
  EXPECT_GT(answered["2"], 0);
  EXPECT_GT(answered["3"], 0);
  const auto json = nlohmann::json::parse(read_text(folder / "a.json"));
  EXPECT_EQ(json["answered_by_stage"], (nlohmann::json{answered["1"], answered["2"], answered["3"]}));
  EXPECT_EQ(json["thresholds"], (nlohmann::json{0.9, 0.99}));
}

TEST(Run, ExifOrientationIsAnOption) {
  const std::string turned = pictures + "/exif_6.jpg";
  const auto answer = [&](const Strings& more) {
    Strings arguments = run_yin({turned, "--csv", "-"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return parse_csv(yy_run(arguments).out).at(1).at(4);
  };
  EXPECT_NE(answer({}), answer({"--exif"}));
}

}  // namespace
}  // namespace yy::test
