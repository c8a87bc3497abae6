// What is wrong with a command line ends in exit code 2 and a message that names it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tools/cli.h"

namespace yy::test {
namespace {

using testing::HasSubstr;

struct Case {
  const char* name;
  Strings arguments;
  Strings words;  // of the message
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

Strings run_digits(const Strings& more) {
  Strings arguments{"run", digits};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Strings bench_pictures(const Strings& more) {
  Strings arguments{"bench", "--images", digits};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"nothing", {}, {"subcommand"}},
      {"unknown_command", {"rum", digits}, {"rum", "run, calibrate, search, infer, compare, inspect, plan"}},
      {"unknown_flag", run_yin({digits, "--frobnicate"}), {"--frobnicate"}},
      {"no_images", run_yin({}), {"IMAGES"}},
      {"no_model", run_digits({}), {"--model", "--yin"}},
      {"model_and_pair", run_digits({"--model", yin, "--yin", yin, "--yang", yang}), {"--model", "--yin"}},
      {"yin_alone", run_digits({"--yin", yin, "--threshold", "0.5"}), {"--yang"}},
      {"yang_alone", run_digits({"--yang", yang, "--threshold", "0.5"}), {"--yin"}},
      {"stage_alone", run_digits({"--stage", yang, "--threshold", "0.5"}), {"--yin"}},
      {"pair_without_threshold", run_digits({"--yin", yin, "--yang", yang}), {"--threshold"}},
      {"threshold_without_pair", run_yin({digits, "--threshold", "0.5"}), {"--threshold"}},
      {"threshold_above_1", run_pair("1.001", {digits}), {"--threshold", "1.001"}},
      {"threshold_negative", run_pair("-0.1", {digits}), {"--threshold", "-0.1"}},
      {"threshold_nan", run_pair("nan", {digits}), {"--threshold", "nan"}},
      {"threshold_word", run_pair("high", {digits}), {"--threshold", "high"}},
      {"too_many_thresholds", run_pair("0.5", {digits, "--threshold", "0.6"}), {"--threshold", "2"}},
      {"batch_0", run_yin({digits, "--batch", "0"}), {"--batch", "0"}},
      {"batch_huge", run_yin({digits, "--batch", "4097"}), {"--batch", "4097"}},
      {"batch_word", run_yin({digits, "--batch", "many"}), {"--batch", "many"}},
      {"threads_0", run_digits({"--model", yin, "--threads", "0"}), {"--threads", "0"}},
      {"threads_huge", run_digits({"--model", yin, "--threads", "99999"}), {"--threads", "99999"}},
      {"topk_0", run_yin({digits, "--topk", "0"}), {"--topk", "0"}},
      {"topk_above_classes", run_yin({digits, "--topk", "11"}), {"--topk", "10", "11"}},
      {"mode", run_yin({digits, "--mode", "fast"}), {"--mode", "fast"}},
      {"device", run_yin({digits, "--device", "abacus"}), {"--device", "abacus"}},
      {"on_error", run_yin({digits, "--on-error", "panic"}), {"--on-error", "panic"}},
      {"size_0", run_yin({digits, "--size", "0"}), {"--size", "0"}},
      {"crop_0", run_yin({digits, "--crop", "0"}), {"--crop"}},
      {"crop_nan", run_yin({digits, "--crop", "nan"}), {"--crop"}},
      {"interpolation", run_yin({digits, "--interpolation", "lanczos"}), {"--interpolation", "lanczos"}},
      {"mean_of_2", run_yin({digits, "--mean", "1,2"}), {"--mean", "2"}},
      {"std_0", run_yin({digits, "--std", "1,0,1"}), {"--std"}},
      {"nowhere", run_yin({"/nowhere/at/all"}), {"/nowhere/at/all", "no such file or folder"}},
      {"pattern", run_yin({digits + "/*/nothing-*.png"}), {"nothing-*.png", "matches nothing"}},
      {"empty_list", run_yin({"-"}), {"no images found"}},
      {"list_twice", run_yin({"-", "-"}), {"twice"}},
      {"same_file",
       run_yin({digits, "--csv", "/tmp/yy-same", "--json", "/tmp/../tmp/yy-same"}),
       {"--csv", "--json", "same file"}},
      {"stdout_twice", run_yin({digits, "--csv", "-", "--json", "-"}), {"--csv", "--json"}},
      {"json_is_part",
       run_yin({digits, "--csv", "/tmp/yy-same", "--json", "/tmp/yy-same.part"}),
       {"same file"}},
      {"html_is_json",
       run_yin({digits, "--html", "/tmp/yy-same", "--json", "/tmp/yy-same"}),
       {"--json", "--html", "same file"}},
      {"html_and_csv_on_stdout",
       run_yin({digits, "--html", "-", "--csv", "-"}),
       {"--csv", "--html", "same file"}},
      {"search_html_is_its_own_file",
       {"search", yin, yang, digits, "-o", "/tmp/yy-same", "--html", "/tmp/yy-same/search.json"},
       {"--html", "same file"}},
      {"combine_without_pair", run_yin({digits, "--combine", "mean"}), {"--combine", "--yin"}},
      {"combine_word", run_pair("0.5", {digits, "--combine", "most"}), {"--combine", "most"}},
      {"infer_without_output", {"infer", yin}, {"--output-dir"}},
      {"plan_without_batch", {"plan", yin}, {"--batch"}},
      {"plan_batch_0", {"plan", yin, "--batch", "0"}, {"--batch", "0"}},
      {"inspect_without_model", {"inspect"}, {"MODEL"}},
      {"bench_nothing", {"bench"}, {"MODEL", "--images"}},
      {"bench_no_images", {"bench", "--model", yin}, {"--images"}},
      {"bench_two_models", {"bench", yin, yang}, {"digits-yang"}},
      {"bench_both_forms", {"bench", yin, "--images", digits}, {"--images", "MODEL"}},
      {"bench_both_forms_by_card", {"bench", yin, "--size", "16"}, {"--size", "MODEL"}},
      {"bench_both_forms_by_threshold", {"bench", yin, "--threshold", "0.5"}, {"--threshold", "MODEL"}},
      {"bench_images_only", {"bench", "--images", digits}, {"--model", "--yin"}},
      {"bench_yin_alone", {"bench", "--images", digits, "--yin", yin}, {"--yang"}},
      {"bench_pair_without_threshold", bench_pictures({"--yin", yin, "--yang", yang}), {"--threshold"}},
      {"bench_crop_0", bench_pictures({"--model", yin, "--crop", "0"}), {"--crop"}},
      {"bench_limit_0", bench_pictures({"--model", yin, "--limit", "0"}), {"--limit", "0"}},
      {"bench_nowhere", {"bench", "--images", "/nowhere/at/all", "--model", yin}, {"/nowhere/at/all"}},
      {"bench_scenario", {"bench", yin, "--scenario", "server"}, {"--scenario", "server"}},
      {"bench_duration_negative", {"bench", yin, "--duration", "-1"}, {"--duration", "-1"}},
      {"bench_duration_nan", {"bench", yin, "--duration", "nan"}, {"--duration", "nan"}},
      {"bench_duration_word", {"bench", yin, "--duration", "long"}, {"--duration", "long"}},
      {"bench_percentile_0", {"bench", yin, "--percentiles", "50,0"}, {"--percentiles", "0"}},
      {"bench_percentile_101", {"bench", yin, "--percentiles", "101"}, {"--percentiles", "101"}},
      {"bench_percentile_word", {"bench", yin, "--percentiles", "most"}, {"--percentiles", "most"}},
      {"bench_batch_0", {"bench", yin, "--batch", "0"}, {"--batch", "0"}},
      {"bench_device", {"bench", yin, "--device", "abacus"}, {"--device", "abacus"}},
      {"bench_same_file",
       {"bench", yin, "--json", "/tmp/yy-same", "--trace", "/tmp/yy-same"},
       {"--json", "--trace", "same file"}},
      {"inspect_two_models", {"inspect", yin, yang}, {"digits-yang"}},
  };
  return all;
}

class Usage : public testing::TestWithParam<Case> {};

TEST_P(Usage, EndsInExitCode2) {
  const Outcome outcome = yy_run(GetParam().arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  for (const std::string& word : GetParam().words) EXPECT_THAT(outcome.err, HasSubstr(word));
}

INSTANTIATE_TEST_SUITE_P(All, Usage, testing::ValuesIn(cases()),
                         [](const auto& c) { return std::string(c.param.name); });

TEST(Usage, EmptyFolderHasNoImages) {
  const TempFolder folder;
  folder.write("sub/notes.txt", "no picture");
  const Outcome outcome = yy_run(run_yin({folder.path().string()}));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("no images found in " + folder.path().string()));
}

TEST(Usage, HelpAndVersionEndInExitCode0) {
  for (const Strings& arguments : std::vector<Strings>{{"--help"},
                                                       {"run", "--help"},
                                                       {"infer", "--help"},
                                                       {"inspect", "-h"},
                                                       {"plan", "--help"},
                                                       {"bench", "--help"}}) {
    const Outcome outcome = yy_run(arguments);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.out, HasSubstr("Usage: yy-run"));
    EXPECT_EQ(outcome.err, "");
  }
  const Outcome version = yy_run({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, testing::MatchesRegex("yy-run [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace yy::test
