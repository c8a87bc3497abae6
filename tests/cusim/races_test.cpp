// What the race build finds, whatever the schedule, and what it leaves alone.
#include "tests/cusim/simulation_test.h"

namespace yy::cusim {
namespace {

class Races : public SimulationTest {
 protected:
  void SetUp() override {
    if (!has_race_detection()) GTEST_SKIP() << "this is not the race build";
  }

  // What is found with 512 integers of zero, in several schedules.
  static std::vector<std::string> found(std::string_view kernel, const TestLaunch& shape = {}, int n = 0) {
    std::vector<std::string> failures;
    for (const char* schedule : {"order", "reverse", "random:1", "resident:2", "preempt:3", "preempt:4"}) {
      configure(schedule_named(schedule));
      const StreamHandle stream;
      const Ints data(512);
      EXPECT_EQ(cudaMemsetAsync(data, 0, data.bytes(), stream), cudaSuccess);
      run(kernel, shape, data, n, stream);
      failures.push_back(last_failure());
      reset();
    }
    return failures;
  }
};

TEST_F(Races, MissingBarriers) {
  EXPECT_THAT(found("shift without barrier", {1, 256}),
              Each(AllOf(HasSubstr("race: kernels_for_tests.cu:"), HasSubstr("of the shared array 'cells'"),
                         HasSubstr("of block 0"), HasSubstr("at kernels_for_tests.cu"))));
  EXPECT_THAT(found("shift", {2, 256}), Each(""));
}

TEST_F(Races, MissingBarriersOfWarps) {
  EXPECT_THAT(found("shift warp without barrier", {1, 64}), Each(HasSubstr("race: ")));
  EXPECT_THAT(found("shift warp", {2, 64}), Each(""));
  EXPECT_THAT(found("sync half warp"), Each(HasSubstr("race: "))) << "lane 20 has met nobody";
  EXPECT_THAT(found("read then write"), Each(""));
}

TEST_F(Races, BetweenBlocks) {
  EXPECT_THAT(found("write from all blocks", {2, 1}),
              Each(HasSubstr("writes 4 bytes at byte 0 of an allocation of")));
  EXPECT_THAT(found("read from other block", {2, 1}), Each(HasSubstr("race: ")));
  EXPECT_THAT(found("fill", {16, 32}), Each(""));
}

TEST_F(Races, AtomicOperations) {
  EXPECT_THAT(found("count atomically", {4, 32}), Each(""));
  EXPECT_THAT(found("read beside atomic", {1, 2}), Each(HasSubstr("race: ")));
}

TEST_F(Races, FencesMakeWritesKnown) {
  EXPECT_THAT(found("add in last block", {5, 32}), Each(""));
  EXPECT_THAT(found("add in last block without fence", {5, 32}), Each(HasSubstr("race: ")));
}

TEST_F(Races, CopiesOfManyWords) {
  EXPECT_THAT(found("copy 4 words", {1, 2}), Each(HasSubstr(" 16 bytes at byte 16")));
  EXPECT_THAT(found("copy 16 words", {1, 2}), Each(HasSubstr(" 64 bytes at byte 64")));
  EXPECT_THAT(found("copy memory", {1, 2}, 1), Each(HasSubstr(" 4 bytes at byte 4")));
}

TEST_F(Races, BytesOfOneWord) {
  EXPECT_THAT(found("change bytes", {2, 128}), Each(HasSubstr("race: "))) << "blocks change the same ones";
  EXPECT_THAT(found("change bytes", {1, 128}), Each(""));
  EXPECT_THAT(found("change bytes and look", {1, 128}), Each(HasSubstr(" 1 bytes at byte ")));
}

// A word's earlier accesses count for its bytes, and those of its bytes for the word.
TEST_F(Races, WordsAndTheirBytes) {
  const std::vector<std::string> failures = found("change word and bytes", {1, 4});
  EXPECT_THAT(failures, Each(HasSubstr("race: ")));
  EXPECT_THAT(failures, Contains(HasSubstr("writes 1 bytes")));
  EXPECT_THAT(failures, Contains(HasSubstr("writes 4 bytes")));
}

TEST_F(Races, WaitingForAnotherBlock) {
  Schedule together;
  together.resident_blocks = 2;
  configure(together);
  const StreamHandle stream;
  const Ints data(32);
  EXPECT_EQ(cudaMemsetAsync(data, 0, data.bytes(), stream), cudaSuccess);
  EXPECT_EQ(run("wait for other block", {2, 1}, data, 1, stream), cudaSuccess) << last_failure();
}

}  // namespace
}  // namespace yy::cusim
