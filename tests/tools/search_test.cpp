// yy-run search.
#include <filesystem>
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

class SearchCommand : public testing::Test {
 protected:
  Outcome search(Strings arguments) const {
    arguments.insert(arguments.begin(), "search");
    arguments.insert(arguments.end(), {"-o", folder_ / "out", "--threads", "1"});
    return yy_run(arguments);
  }
  // These networks take microseconds, so that a busy machine can make the quick one look slow: then once
  // more, with new times.
  Outcome search_until_one_pays(const Strings& arguments) const {
    Outcome outcome = search(arguments);
    for (int i = 0; i < 10 && outcome.code == 7; ++i) {
      fs::remove_all(folder_ / "out");
      outcome = search(arguments);
    }
    return outcome;
  }
  json result() const { return json::parse(read_text(folder_ / "out/search.json")); }

  const TempFolder folder_;
};

TEST_F(SearchCommand, FindsThePairAndWritesIt) {
  const Outcome outcome = search_until_one_pays({yin, yang, digits, "--target-loss", "3"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("2 networks, 0 of them from an earlier search; 200 pictures"),
                                 HasSubstr("digits-yin -> digits-yang"), HasSubstr("times as fast")));
  const json found = result();
  EXPECT_EQ(found["cascade_pays"], true);
  const json best = found["plans"][found["best_cascade"].get<std::size_t>()];
  EXPECT_EQ(best["networks"], json({"digits-yin", "digits-yang"}));
  EXPECT_GE(best["accuracy"].get<double>(), found["goal_accuracy"].get<double>());
  const Outcome run = yy_run({"run", "--pair", folder_ / "out/best.yy.json", digits, "--json", "-"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_FLOAT_EQ(json::parse(run.out)["thresholds"][0].get<float>(), best["thresholds"][0].get<float>());
}

TEST_F(SearchCommand, RunsEachNetworkOnce) {
  search({yin, yang, digits});
  const json first = result();
  const Outcome again = search({yin, yang, digits});
  EXPECT_THAT(again.out, HasSubstr("2 of them from an earlier search"));
  EXPECT_EQ(result(), first) << "the same answers and the same times";
  // Other pictures, a damaged file and another way of running are noticed.
  for (const char* digit : {"3", "8"}) {
    fs::create_directories(folder_ / "few");
    fs::copy(digits + "/" + digit, folder_ / (std::string("few/") + digit));
  }
  EXPECT_THAT(search({yin, yang, folder_ / "few"}).out, HasSubstr("0 of them from an earlier search"));
  search({yin, yang, digits});
  std::ofstream(folder_ / "out/digits-yin.scores.npy") << "damaged";
  EXPECT_THAT(search({yin, yang, digits}).out, HasSubstr("1 of them from an earlier search"));
  EXPECT_THAT(search({yin, yang, digits, "--batch", "4"}).out, HasSubstr("0 of them from an earlier search"));
}

TEST_F(SearchCommand, KeepsWhatNetworksGave) {
  search({yin, yang, digits});
  for (const char* name : {"digits-yin", "digits-yang"}) {
    EXPECT_GT(fs::file_size(folder_ / "out/" + name + ".scores.npy"), 200U * 10 * 4);
    EXPECT_GT(fs::file_size(folder_ / "out/" + name + ".confidences.npy"), 200U * 4);
  }
}

TEST_F(SearchCommand, SaysWhenNoCascadePays) {
  const Outcome outcome = search({yin, yang, digits, "--min-accuracy", "0.8"});
  EXPECT_EQ(outcome.code, 7);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("quickest network of those with an accuracy of at least 0.8000: "),
                                 HasSubstr("no cascade pays")));
  EXPECT_FALSE(fs::exists(folder_ / "out/best.yy.json"));
  EXPECT_EQ(search({yin, yang, digits, "--min-accuracy", "0.999"}).code, 7);
}

TEST_F(SearchCommand, ANetworkWithoutNumbersIsNeverRight) {
  const ModelCopy copy = copy_without_numbers(folder_, yin);
  const Outcome outcome = search({copy.onnx, yang, digits});
  EXPECT_EQ(outcome.code, 7) << outcome.err;
  for (const json& plan : result()["plans"]) {
    if (plan["networks"] == json({"digits-yin"})) {
      EXPECT_EQ(plan["accuracy"], 0);
    }
  }
}

TEST_F(SearchCommand, AReportFromKeptAnswersTellsTheSame) {
  search_until_one_pays({yin, yang, digits, "--target-loss", "3"});
  for (const char* name : {"a.html", "b.html"})
    search({yin, yang, digits, "--target-loss", "3", "--html", folder_ / name});
  const auto figures = [&](const char* name) {
    const std::string text = read_text(folder_ / name);
    return text.substr(0, text.find("<h2>Environment</h2>"));
  };
  EXPECT_EQ(figures("a.html"), figures("b.html"));
  EXPECT_THAT(figures("a.html"), HasSubstr("<h2>The best cascade</h2>"));
}

TEST_F(SearchCommand, RefusesWhatItCannotUse) {
  EXPECT_THAT(search({yin, digits}).err,
              HasSubstr("at least two networks (files that end in .onnx), found 1"));
  EXPECT_THAT(search({yin, yang}).err, HasSubstr("needs labelled pictures"));
  EXPECT_THAT(search({yin, yin, digits}).err, HasSubstr("two networks are called 'digits-yin'"));
  EXPECT_THAT(search({yin, yang, digits, "--min-accuracy", "2"}).err,
              HasSubstr("--min-accuracy should be above 0"));
  const Outcome unlabelled = search({yin, yang, digits + "/3"});
  EXPECT_EQ(unlabelled.code, 2);
  EXPECT_THAT(unlabelled.err, HasSubstr("lie in no folder that is called like a class"));
  std::ofstream(folder_ / "out.txt") << "a file";
  EXPECT_EQ(yy_run({"search", yin, yang, digits, "-o", folder_ / "out.txt"}).code, 1);
}

}  // namespace
}  // namespace yy::test
