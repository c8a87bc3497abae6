// Ctrl-C and its like: what is done stays in FILE.part, FILE is left alone.
#include <chrono>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "tests/tools/cli.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Interrupt : public testing::TestWithParam<int> {};

TEST_P(Interrupt, LeavesThePart) {
  const TempFolder folder;
  folder.write("a.csv", "of an earlier run");
  std::string list;
  for (int i = 0; i < 300000; ++i) list += digits + "/0/0049.png\n";
  Process process(run_pair("0.9", {"-", "--csv", folder / "a.csv", "--json", folder / "a.json"}), list);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (read_text(folder / "a.csv.part").find("0049") == std::string::npos) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_EQ(::kill(process.id(), GetParam()), 0);
  const Outcome outcome = process.wait();
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr(folder / "a.csv.part"));
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(read_text(folder / "a.csv"), "of an earlier run");
  EXPECT_FALSE(fs::exists(folder / "a.json"));
  EXPECT_FALSE(fs::exists(folder / "a.json.part"));
  const auto rows = read_csv(folder / "a.csv.part");  // whole rows only
  EXPECT_GT(rows.size(), 1U);
  EXPECT_LT(rows.size(), 300001U);
  EXPECT_THAT(outcome.err, HasSubstr(std::to_string(rows.size() - 1) + " of 300000 images"));
}

INSTANTIATE_TEST_SUITE_P(All, Interrupt, testing::Values(SIGINT, SIGTERM));

}  // namespace
}  // namespace yy::test
