// yy-run calibrate, and run --pair.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/cli.h"
#include "tests/tools/nan_model.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class Calibrate : public testing::Test {
 protected:
  // These networks take microseconds, so that a busy machine can make the quick one look slow: then once
  // more.
  Outcome calibrate(Strings arguments) const {
    const auto add = [&](const Strings& more) {
      if (std::ranges::find(arguments, more[0]) == arguments.end())
        arguments.insert(arguments.begin(), more.begin(), more.end());
    };
    add({"--yin", yin});
    add({"--yang", yang});
    arguments.insert(arguments.begin(), {"calibrate", "--threads", "1", "-o", pair()});
    Outcome outcome = yy_run(arguments);
    for (int i = 0; i < 10 && outcome.err.find("times as fast as") != std::string::npos; ++i)
      outcome = yy_run(arguments);
    return outcome;
  }
  std::string pair() const { return folder_ / "digits.yy.json"; }
  json read_pair() const { return json::parse(read_text(pair())); }
  void write_pair(const json& changed) const { std::ofstream(pair()) << changed.dump(); }

  Strings run_pair_file(const Strings& more) const {
    Strings arguments{"run", "--pair", pair(), "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  const TempFolder folder_;
};

TEST_F(Calibrate, WritesAPairThatRunsAsItSays) {
  const Outcome outcome = calibrate({digits, "--max-defer", "0.3"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("both right 88.50 %"), HasSubstr("only digits-yang right 10.00 %"),
                    HasSubstr("a perfect gate would be right on 0.9850"), HasSubstr("not promised")));
  const json file = read_pair();
  EXPECT_EQ(file["calibration"]["target"], "defer");
  EXPECT_EQ(file["calibration"]["images"], 200);
  const double threshold = std::exp(-file["thresholds"][0]["minus_log"].get<double>());

  ASSERT_EQ(
      yy_run(run_pair_file({digits, "--quiet", "--csv", folder_ / "a.csv", "--json", folder_ / "a.json"}))
          .code,
      0);
  const Strings by_hand =
      run_pair(fmt::format("{:.9g}", threshold), {digits, "--quiet", "--csv", folder_ / "b.csv"});
  ASSERT_EQ(yy_run(by_hand).code, 0);
  std::vector<Strings> rows = read_csv(folder_ / "a.csv");
  for (Strings& row : rows) row.pop_back();  // the probability, which only a pair file knows
  EXPECT_TRUE(rows == read_csv(folder_ / "b.csv"));

  const json summary = json::parse(read_text(folder_ / "a.json"));
  EXPECT_EQ(summary["deferred_fraction"], file["calibration"]["deferred_fraction"]);
  EXPECT_EQ(summary["expected_deferred_fraction"], file["calibration"]["deferred_fraction"]);
  EXPECT_EQ(summary["top1"], file["calibration"]["accuracy"]);
  EXPECT_EQ(summary["drift"], false);
}

TEST_F(Calibrate, EveryGateRunsAsItWasCalibrated) {
  for (const char* gate : {"margin", "entropy"}) {
    const Outcome outcome = calibrate({digits, "--max-defer", "0.3", "--gate", gate});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const json file = read_pair();
    EXPECT_EQ(file["gate"], gate);
    const Outcome run = yy_run(run_pair_file({digits, "--json", "-"}));
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(json::parse(run.out)["deferred_fraction"], file["calibration"]["deferred_fraction"]);
    EXPECT_EQ(json::parse(run.out)["top1"], file["calibration"]["accuracy"]);
  }
  EXPECT_EQ(calibrate({digits, "--gate", "guess"}).code, 2);
}

TEST_F(Calibrate, PromisesWhatSoFewPicturesCanShow) {
  const Outcome outcome = calibrate({digits, "--target-loss", "8"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("Promise: on pictures of the kind of these 200"),
                    HasSubstr("at most 8.00 points of accuracy"), HasSubstr("95 % of all samples")));
  const json calibration = read_pair()["calibration"];
  EXPECT_LE(calibration["bound"].get<double>(), 0.08);
  EXPECT_LE(calibration["accuracy_of_last_stage"].get<double>() - calibration["accuracy"].get<double>(),
            0.08);
}

TEST_F(Calibrate, SaysHowManyPicturesWouldDo) {
  const Outcome outcome = calibrate({digits});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("200 pictures cannot show, at 95 % confidence"),
                                 HasSubstr("it would take 60")));
  EXPECT_THAT(outcome.err, HasSubstr("this pair does not pay"));
  EXPECT_FALSE(fs::exists(pair()));
}

TEST_F(Calibrate, APairThatIsNoQuickerDoesNotPay) {
  const Outcome outcome =
      yy_run({"calibrate", digits, "--yin", yang, "--yang", yin, "--max-defer", "0.9", "-o", pair()});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_THAT(outcome.err, HasSubstr("times as fast as 'digits-yin' alone"));
  EXPECT_FALSE(fs::exists(pair()));
}

TEST_F(Calibrate, EmpiricalPromisesNothing) {
  const Outcome outcome = calibrate({digits, "--method", "empirical", "--target-loss", "5"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Nothing is promised for other pictures"));
  EXPECT_EQ(read_pair()["calibration"]["method"], "empirical");
}

TEST_F(Calibrate, WithoutLabels) {
  fs::create_directory(folder_ / "all");
  for (const auto& entry : fs::recursive_directory_iterator(digits)) {
    if (!entry.is_regular_file()) continue;
    const std::string name =
        entry.path().parent_path().filename().string() + entry.path().filename().string();
    fs::copy_file(entry.path(), fs::path(folder_ / "all") / name);
  }
  Outcome outcome = calibrate({folder_ / "all"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("200 of 200 pictures lie in no folder that is called like a class"),
                    HasSubstr("--reference yang")));
  outcome = calibrate({folder_ / "all", "--reference", "yang", "--target-loss", "10"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("agrees"), HasSubstr("differs from digits-yang"), HasSubstr("of all answers")));
  EXPECT_EQ(read_pair()["calibration"]["reference"], "yang");
  EXPECT_EQ(read_pair()["calibration"]["accuracy_of_last_stage"], 1);
  EXPECT_NE(read_pair()["models"][0]["temperature"], 1);
  EXPECT_EQ(read_pair()["models"][1]["temperature"], 1) << "right by definition";
}

TEST_F(Calibrate, ASplitShowsTheRest) {
  const Outcome outcome = calibrate({digits, "--max-defer", "0.3", "--split", "0.6", "--seed", "5"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("80 pictures; the threshold was chosen on 120 others"));
  const json first = read_pair();
  EXPECT_EQ(first["calibration"]["images"], 120);
  ASSERT_EQ(calibrate({digits, "--max-defer", "0.3", "--split", "0.6", "--seed", "5"}).code, 0);
  EXPECT_EQ(read_pair(), first);
  EXPECT_EQ(calibrate({digits, "--split", "0.001"}).code, 2);
}

TEST_F(Calibrate, LeavesOutWhatCannotBeRead) {
  const Outcome outcome = calibrate({digits, pictures, "--reference", "yang", "--max-defer", "0.3"});
  EXPECT_THAT(outcome.err,
              HasSubstr("pictures are left out, since they cannot be read or prepared; the first is"));
  folder_.write("0/broken.png", "no picture");
  const Outcome none = calibrate({folder_ / "0", "--max-defer", "0.3"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("none of the pictures can be read and prepared"));
}

TEST_F(Calibrate, OnePictureShowsNothing) {
  const std::string one = folder_ / "one/3";
  fs::create_directories(one);
  fs::copy(fs::directory_iterator(fs::path(digits) / "3")->path(), one);
  const Outcome outcome = calibrate({folder_ / "one"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_THAT(outcome.out, HasSubstr("1 pictures cannot show"));
}

TEST_F(Calibrate, RefusesWrongFlags) {
  EXPECT_THAT(calibrate({digits, "--target-loss", "1", "--max-defer", "0.5"}).err,
              HasSubstr("exclude each other"));
  EXPECT_THAT(calibrate({digits, "--target-loss", "0"}).err, HasSubstr("--target-loss should be above 0"));
  EXPECT_THAT(calibrate({digits, "--max-defer", "1.5"}).err,
              HasSubstr("--max-defer should be from 0 to 1, found 1.5"));
  EXPECT_THAT(calibrate({digits, "--confidence", "1"}).err, HasSubstr("--confidence should be above 0.5"));
  EXPECT_THAT(calibrate({digits, "--max-latency", "0.000001"}).err,
              HasSubstr("no threshold is quick enough"));
  EXPECT_EQ(calibrate({digits, "--split", "0"}).code, 2);
}

TEST_F(Calibrate, APairFileTakesNoOtherNetworks) {
  ASSERT_EQ(calibrate({digits, "--max-defer", "0.3"}).code, 0);
  EXPECT_EQ(yy_run(run_pair_file({digits, "--threshold", "0.5"})).code, 2);
  EXPECT_EQ(yy_run(run_pair_file({digits, "--model", yin})).code, 2);
  EXPECT_EQ(yy_run(run_pair_file({digits, "--combine", "mean"})).code, 2);
  EXPECT_THAT(yy_run(run_pair_file({digits, "--size", "9"})).err,
              HasSubstr("--pair says how pictures are prepared"));
}

TEST_F(Calibrate, AnotherNetworkIsRefused) {
  ASSERT_EQ(calibrate({digits, "--max-defer", "0.3"}).code, 0);
  json file = read_pair();
  file["models"][1]["sha256"] = std::string(64, '0');
  write_pair(file);
  const Outcome outcome = yy_run(run_pair_file({digits}));
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("digits-yang.onnx"), HasSubstr("its SHA-256 should be 000"),
                                 HasSubstr("calibrate again")));
  file = read_pair();
  file["models"][0]["classes_sha256"] = std::string(64, '0');
  file["models"][1]["sha256"] = file["models"][0]["sha256"];
  write_pair(file);
  EXPECT_THAT(yy_run(run_pair_file({digits})).err, HasSubstr("class list is not the one"));
}

TEST_F(Calibrate, TheMeanRunsAsItWasCalibrated) {
  const Outcome outcome = calibrate({digits, "--max-defer", "0.3", "--combine", "mean"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json file = read_pair();
  EXPECT_EQ(file["combine"], "mean");
  const Outcome run = yy_run(run_pair_file({digits, "--json", "-"}));
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(json::parse(run.out)["deferred_fraction"], file["calibration"]["deferred_fraction"]);
  EXPECT_EQ(json::parse(run.out)["top1"], file["calibration"]["accuracy"]);
  EXPECT_EQ(calibrate({digits, "--combine", "sum"}).code, 2);
}

// What a run tells of its answers is what the calibration fitted.
TEST_F(Calibrate, ProbabilitiesAreReadable) {
  ASSERT_EQ(calibrate({digits, "--max-defer", "0.3", "--gate", "margin"}).code, 0);
  const json file = read_pair();
  const double yin_temperature = file["models"][0]["temperature"];
  EXPECT_NE(yin_temperature, 1);
  ASSERT_EQ(yy_run(run_pair_file({digits, "--quiet", "--csv", folder_ / "a.csv"})).code, 0);
  const std::vector<Strings> rows = read_csv(folder_ / "a.csv");
  EXPECT_EQ(rows[0].back(), "probability");
  double told = 0, right = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const double probability = std::stod(rows[i].back());
    EXPECT_GT(probability, 0.1);
    EXPECT_LE(probability, 1);
    told += probability;
    right += rows[i][1] == rows[i][2] ? 1 : 0;
  }
  EXPECT_NEAR(told / 200, right / 200, 0.05);
}

TEST_F(Calibrate, WritesTheCurve) {
  const Outcome outcome = calibrate({digits, "--target-loss", "8", "--curve", folder_ / "curve.csv"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<Strings> rows = read_csv(folder_ / "curve.csv");
  EXPECT_EQ(rows[0], (Strings{"threshold", "minus_log", "deferred", "accuracy", "loss", "bound",
                              "seconds_per_image"}));
  EXPECT_EQ(rows[1][0], "1");
  EXPECT_EQ(rows[1][2], "1");
  EXPECT_EQ(rows.back()[0], "0");
  EXPECT_EQ(rows.back()[2], "0");
  EXPECT_NEAR(std::stod(rows.back()[3]), 0.885, 1e-9) << "Yin alone";
  for (std::size_t i = 2; i < rows.size(); ++i) EXPECT_GE(std::stod(rows[i - 1][2]), std::stod(rows[i][2]));
}

TEST_F(Calibrate, AReportComesAlsoWhereThePairDoesNotPay) {
  const Outcome outcome = calibrate({digits, "--html", folder_ / "a.html"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_THAT(read_text(folder_ / "a.html"),
              AllOf(HasSubstr("200 pictures cannot show"), HasSubstr("it would take 60")));
  EXPECT_THAT(calibrate({digits, "--html", pair()}).err, HasSubstr("same file"));
  const Outcome nowhere = calibrate({digits, "--html", folder_ / "none/a.html"});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("none/a.html"));
  calibrate({digits, "--target-loss", "8", "--curve", folder_ / "c.csv", "--html", folder_ / "none/a.html"});
  EXPECT_FALSE(fs::exists(folder_ / "c.csv")) << "nothing is put in place where one file cannot be written";
  const Outcome piped = calibrate({digits, "--html", "-"});
  EXPECT_TRUE(piped.out.starts_with("<!DOCTYPE html>")) << piped.out.substr(0, 100);
  EXPECT_THAT(piped.out, testing::EndsWith("</html>\n"));
}

TEST_F(Calibrate, AYangWithoutNumbersIsRefused) {
  const ModelCopy copy = copy_without_numbers(folder_, yang);
  const Outcome outcome = calibrate({digits, "--yang", copy.onnx});
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("network 'digits-yang' gave scores that are not numbers for"));
  EXPECT_FALSE(fs::exists(pair()));
}

TEST_F(Calibrate, AYinWithoutNumbersDefersEverything) {
  const ModelCopy copy = copy_without_numbers(folder_, yin);
  for (const char* combine : {"replace", "mean"}) {
    const Outcome outcome =
        yy_run({"calibrate", digits, "--yin", copy.onnx, "--yang", yang, "--threads", "1", "-o", pair(),
                "--target-loss", "8", "--combine", combine, "--html", folder_ / "a.html"});
    EXPECT_EQ(outcome.code, 7) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("this pair does not pay: every picture would be deferred"));
    EXPECT_THAT(read_text(folder_ / "a.html"), HasSubstr("digits-yin: no answer"));
  }
}

TEST_F(Calibrate, ADamagedPairFileIsRefused) {
  ASSERT_EQ(calibrate({digits, "--max-defer", "0.3"}).code, 0);
  json file = read_pair();
  file.erase("thresholds");
  write_pair(file);
  const Outcome outcome = yy_run(run_pair_file({digits}));
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("digits.yy.json: 'thresholds' is missing"));
}

TEST_F(Calibrate, OtherPicturesAreNoticed) {
  ASSERT_EQ(calibrate({digits, "--max-defer", "0.3"}).code, 0);
  json file = read_pair();
  file["calibration"]["deferred_fraction"] = 0.05;
  write_pair(file);
  const Outcome outcome = yy_run(run_pair_file({digits, "--json", folder_ / "a.json"}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("30.0 % of the pictures were deferred, where 5.0 % were"),
                                 HasSubstr("may not hold")));
  EXPECT_EQ(json::parse(read_text(folder_ / "a.json"))["drift"], true);
}

}  // namespace
}  // namespace yy::test
