// yy-run run where something is wrong with pictures, models or outputs.
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "tests/onnx/net.h"
#include "tests/tools/cli.h"
#include "tests/tools/nan_model.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::size_t count_errors(const std::vector<Strings>& rows) {
  std::size_t errors = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) errors += !rows[i][6].empty();
  return errors;
}

TEST(RunErrors, DamagedPicturesAreRowsAndExitCode4) {
  const TempFolder folder;
  const Outcome outcome =
      yy_run(run_yin({pictures, "--csv", folder / "a.csv", "--json", folder / "a.json", "--topk", "2"}));
  ASSERT_EQ(outcome.code, 4) << outcome.err;
  const auto rows = read_csv(folder / "a.csv");
  std::size_t bad = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 9U);
    if (i > 1) {
      EXPECT_LT(rows[i - 1][0], rows[i][0]);
    }
    const bool expected = rows[i][0].starts_with("bad_");
    bad += expected;
    EXPECT_EQ(!rows[i][6].empty(), expected) << rows[i][0] << ": " << rows[i][6];
    for (int column : {2, 3, 4, 5, 7, 8})
      EXPECT_EQ(rows[i][static_cast<std::size_t>(column)].empty(), expected);
  }
  EXPECT_GT(bad, 10U);
  const auto json = nlohmann::json::parse(read_text(folder / "a.json"));
  EXPECT_EQ(json["failed"], bad);
  EXPECT_EQ(json["images"], rows.size() - 1);
}

TEST(RunErrors, NothingButDamagedPictures) {
  const TempFolder folder;
  const Outcome outcome = yy_run(
      run_yin({pictures + "/bad_empty.jpg", pictures + "/bad_truncated.png", "--json", folder / "a.json"}));
  EXPECT_EQ(outcome.code, 4);
  const auto json = nlohmann::json::parse(read_text(folder / "a.json"));
  EXPECT_EQ(json["failed"], 2);
  EXPECT_TRUE(json["latency_ms"].is_null());
}

// Files that cannot be read are no pictures to the cascade; those that wait in its queues must not wait for
// ever.
TEST(RunErrors, RowsKeepFlowingThroughManyDamagedPictures) {
  std::string list = digits + "/0/0049.png\n";
  for (int i = 0; i < 3000; ++i) list += pictures + "/bad_empty.jpg\n";
  list += digits + "/0/0049.png\n";
  const Outcome outcome = yy_run(run_pair("1", {"-", "--csv", "-"}), list);
  EXPECT_EQ(outcome.code, 4);
  const auto rows = parse_csv(outcome.out);
  ASSERT_EQ(rows.size(), 3003U);
  EXPECT_EQ(count_errors(rows), 3000U);
  EXPECT_EQ(rows[1][5], "2");
  EXPECT_EQ(rows[3002][5], "2");
}

TEST(RunErrors, OddFilesAreRowErrors) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const std::string large = folder.write("large.png", "");
  fs::resize_file(large, (std::uintmax_t{64} << 20) + 1);
  const std::string text = folder.write("text.jpg", "not a picture at all");
  const std::string list = folder / "pipe" + "\n" + folder.path().string() + "\n" + large + "\n" + text +
                           "\n" + folder / "gone.png" + "\n/dev/zero\n";
  const Outcome outcome = yy_run(run_yin({"-", "--csv", "-"}), list);
  EXPECT_EQ(outcome.code, 4);
  const auto rows = parse_csv(outcome.out);
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_THAT(rows[1][6], HasSubstr("not a regular file"));
  EXPECT_THAT(rows[2][6], HasSubstr("folder"));
  EXPECT_THAT(rows[3][6], HasSubstr("67108865 bytes"));
  EXPECT_THAT(rows[4][6], testing::Not(""));
  EXPECT_THAT(rows[5][6], HasSubstr("No such file"));
  EXPECT_THAT(rows[6][6], HasSubstr("not a regular file"));
}

TEST(RunErrors, FailStopsAndKeepsThePart) {
  const TempFolder folder;
  folder.write("a.csv", "of an earlier run");
  const std::string good = digits + "/0/0049.png", bad = pictures + "/bad_truncated.jpg";
  const Outcome outcome = yy_run(run_pair("1", {good, good, bad, good, "--on-error", "fail", "--csv",
                                                folder / "a.csv", "--json", folder / "a.json"}));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("bad_truncated.jpg"));
  EXPECT_THAT(outcome.err, HasSubstr(folder / "a.csv.part"));
  EXPECT_EQ(read_text(folder / "a.csv"), "of an earlier run");
  EXPECT_FALSE(fs::exists(folder / "a.json"));
  EXPECT_FALSE(fs::exists(folder / "a.json.part"));
  const auto rows = read_csv(folder / "a.csv.part");
  ASSERT_EQ(rows.size(), 4U) << "the rows before the error, and the error";
  EXPECT_EQ(rows[3][0], bad);
  EXPECT_NE(rows[3][6], "");
}

TEST(RunErrors, ScoresThatAreNotNumbersAreRowErrors) {
  const TempFolder folder;
  const ModelCopy copy = copy_without_numbers(folder, yin);
  const Strings picture{digits + "/0/0049.png", "--threads", "1", "--csv", "-"};
  Strings alone{"run", "--model", copy.onnx};
  alone.insert(alone.end(), picture.begin(), picture.end());
  const Outcome outcome = yy_run(alone);
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(parse_csv(outcome.out).at(1).at(6), HasSubstr("not numbers"));

  Strings pair{"run", "--yin", copy.onnx, "--yang", yang, "--threshold", "0"};
  pair.insert(pair.end(), picture.begin(), picture.end());
  const Outcome deferred = yy_run(pair);
  EXPECT_EQ(deferred.code, 0) << "what is not a number defers";
  EXPECT_EQ(parse_csv(deferred.out).at(1).at(5), "2");
}

TEST(RunErrors, OutputsThatCannotBeWritten) {
  const TempFolder folder;
  for (const std::string& file : {folder / "nowhere/a.csv", folder.path().string()}) {
    for (const char* flag : {"--csv", "--json", "--html"}) {
      const Outcome outcome = yy_run(run_yin({digits, flag, file}));
      EXPECT_EQ(outcome.code, 1);
      EXPECT_THAT(outcome.err, HasSubstr(file));
    }
  }
  const Outcome full = yy_run(run_yin({digits, "--csv", "/dev/full"}));
  EXPECT_EQ(full.code, 1);
  EXPECT_THAT(full.err, HasSubstr("No space left"));
}

TEST(RunErrors, LinksAndDevicesAreWrittenThrough) {
  const TempFolder folder;
  folder.write("real.csv", "old");
  fs::create_symlink(folder.path() / "real.csv", folder.path() / "link.csv");
  ASSERT_EQ(yy_run(run_yin({digits, "--csv", folder / "link.csv", "--quiet"})).code, 0);
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link.csv"));
  EXPECT_EQ(read_csv(folder / "real.csv").size(), 201U);
  ASSERT_EQ(yy_run(run_yin({digits, "--csv", "/dev/null", "--quiet"})).code, 0);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

struct ModelCase {
  const char* name;
  Strings arguments;
  Strings words;
};

void PrintTo(const ModelCase& c, std::ostream* out) {
  *out << c.name;
}

Strings with_flags(const std::string& model, const char* size) {
  return {"run",
          digits,
          "--model",
          (models / model).string(),
          "--size",
          size,
          "--crop",
          "1",
          "--interpolation",
          "bilinear",
          "--mean",
          "0",
          "--std",
          "1",
          "--classes",
          (models / "digits-classes.txt").string()};
}

class RunModels : public testing::TestWithParam<ModelCase> {};

TEST_P(RunModels, AreRejectedWithExitCode3) {
  const Outcome outcome = yy_run(GetParam().arguments);
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  for (const std::string& word : GetParam().words) EXPECT_THAT(outcome.err, HasSubstr(word));
}

INSTANTIATE_TEST_SUITE_P(
    All, RunModels,
    testing::Values(
        ModelCase{
            "absent", {"run", digits, "--model", "/nowhere/net.onnx"}, {"/nowhere/net.onnx", "no such file"}},
        ModelCase{"no_card",
                  {"run", digits, "--model", (models / "net-concat.onnx").string()},
                  {"net-concat.json", "--size", "--crop", "--interpolation", "--mean", "--std", "--classes"}},
        ModelCase{"not_onnx", with_flags("bad/text.onnx", "8"), {"text.onnx"}},
        ModelCase{"truncated", with_flags("bad/truncated.onnx", "8"), {"truncated.onnx"}},
        ModelCase{"operators",
                  with_flags("bad/unknown-operators.onnx", "8"),
                  {"FrostedGlass", "frost1", "MirrorFold", "mirror1"}},
        ModelCase{
            "channels", with_flags("net-pool-ceil.onnx", "15"), {"'input'", "[N,3,15,15]", "[?,4,15,12]"}},
        ModelCase{
            "picture_size", with_flags("net-concat.onnx", "17"), {"'input'", "[N,3,17,17]", "[?,3,17,13]"}},
        ModelCase{"classes", with_flags("net-shortcut-a.onnx", "16"), {"net-shortcut-a.onnx"}}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(RunErrors, ModelsMustTakePictures) {
  const TempFolder folder;
  Strings arguments = with_flags("net-concat.onnx", "8");
  arguments[3] = folder.write("small.onnx", small_model().SerializeAsString());
  const Outcome outcome = yy_run(arguments);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err,
              HasSubstr("'x' should be float32 [N,3,8,8] by the model card, found float32 [?,3]"));
}

TEST(RunErrors, PairsMustShareTheirClasses) {
  const TempFolder folder;
  const ModelCopy copy = copy_model(folder, yang);
  std::string classes = read_text(models / "digits-classes.txt");
  classes.replace(classes.find("\n4\t"), 3, "\nfour\t");
  folder.write("digits-classes.txt", classes);
  const Outcome outcome = yy_run({"run", digits, "--yin", yin, "--yang", copy.onnx, "--threshold", "0.5"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("'4'"));
  EXPECT_THAT(outcome.err, HasSubstr("'four'"));
}

}  // namespace
}  // namespace yy::test
