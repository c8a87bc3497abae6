#include "tools/yy_run/verdict_writer.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "runtime/error.h"
#include "tests/tools/temp_folder.h"

namespace yy {
namespace {

namespace fs = std::filesystem;
using test::read_text;
using test::TempFolder;

const std::vector<ClassName> classes{{"a", "first, class"}, {"b", "second"}};

std::string csv_field(std::string_view text) {
  std::string row;
  append_csv_field(text, row);
  return row;
}

TEST(CsvField, QuotesWhatNeedsThem) {
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("plain name"), "plain name");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(csv_field("a\rb"), "\"a\rb\"");
}

TEST(VerdictWriter, PutsRowsInOrder) {
  const TempFolder folder;
  ImageList images;
  std::vector<int> labels;
  for (int i = 0; i < 500; ++i) {
    images.add_file(std::to_string(i));
    labels.push_back(-1);
  }
  OutputFile csv(folder / "a.csv", OutputFile::Leftover::keep);
  VerdictWriter writer({images, labels, classes, {"yin"}, 1}, &csv, false);
  std::vector<std::uint64_t> order(500);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  for (std::uint64_t ticket : order) {
    Verdict verdict;
    verdict.ticket = ticket;
    verdict.label = 1;
    verdict.confidence = 0.5F;
    writer.add(std::move(verdict));
  }
  EXPECT_EQ(writer.rows(), 500U);
  csv.commit();
  std::string expected = "image,label,predicted,class,confidence,stage,error\r\n";
  for (int i = 0; i < 500; ++i) expected += std::to_string(i) + ",,1,second,0.5,1,\r\n";
  EXPECT_EQ(read_text(folder / "a.csv"), expected);
}

TEST(VerdictWriter, WritesOnlyWhatIsComplete) {
  const TempFolder folder;
  ImageList images;
  for (const char* name : {"x", "y"}) images.add_file(name);
  const std::vector<int> labels{0, -1};
  OutputFile csv(folder / "a.csv", OutputFile::Leftover::keep);
  VerdictWriter writer({images, labels, classes, {"yin", "yang"}, 2}, &csv, true);
  Verdict late;
  late.ticket = 1;
  late.error = "broken, \"really\"";
  writer.add(std::move(late));
  EXPECT_EQ(writer.rows(), 0U);
  Verdict early;
  early.ticket = 0;
  early.stage = 1;
  early.label = 0;
  early.confidence = 0.75F;
  early.top = {{0, 0.75F}, {1, 0.25F}};
  writer.add(std::move(early));
  EXPECT_EQ(writer.rows(), 2U);
  csv.flush();
  EXPECT_EQ(read_text(folder / "a.csv.part"),
            "image,label,predicted,class,confidence,stage,error,class_2,confidence_2\r\n"
            "x,0,0,\"first, class\",0.75,2,,second,0.25\r\n"
            "y,,,,,,\"broken, \"\"really\"\"\",,\r\n");
  EXPECT_THAT(writer.table(), testing::ContainsRegex("x +first, class +0.7500  yang"));
}

TEST(OutputFile, IsWholeOrAbsent) {
  const TempFolder folder;
  {
    OutputFile file(folder / "a", OutputFile::Leftover::remove);
    file.write("text");
    file.flush();
    EXPECT_EQ(read_text(folder / "a.part"), "text");
    EXPECT_FALSE(fs::exists(folder / "a"));
  }
  EXPECT_FALSE(fs::exists(folder / "a.part"));
  {
    OutputFile file(folder / "a", OutputFile::Leftover::keep);
    file.write("other");
    file.flush();
  }
  EXPECT_EQ(read_text(folder / "a.part"), "other");
  OutputFile file(folder / "a", OutputFile::Leftover::keep);
  file.write("new");
  file.commit();
  EXPECT_EQ(read_text(folder / "a"), "new");
  EXPECT_FALSE(fs::exists(folder / "a.part"));
  EXPECT_THROW(OutputFile("/nowhere/a", OutputFile::Leftover::keep), Error);
}

}  // namespace
}  // namespace yy
