// What kernels compute, and what they do wrong with barriers, warps and shared memory.
#include <numeric>

#include "tests/cusim/simulation_test.h"

namespace yy::cusim {
namespace {

class Kernels : public SimulationTest {
 protected:
  // data[i] = i, then the kernel; the result, or nothing after a failure.
  std::vector<int> after(std::string_view kernel, const TestLaunch& shape, int count, int n = 0) {
    const StreamHandle stream;
    const Ints data(count);
    EXPECT_EQ(run("count", {dim3(static_cast<unsigned>(count + 255) / 256), 256}, data, count, stream),
              cudaSuccess);
    error_ = run(kernel, shape, data, n, stream);
    return error_ == cudaSuccess ? data.read(stream) : std::vector<int>();
  }

  // The failure of a kernel that is started with 32 threads on 32 integers.
  std::string failure_of(std::string_view kernel, const TestLaunch& shape = {}, int n = 0) {
    reset();
    EXPECT_THAT(after(kernel, shape, 32, n), IsEmpty()) << kernel;
    EXPECT_NE(error_, cudaSuccess);
    return last_failure();
  }

  cudaError_t error_ = cudaSuccess;
};

std::vector<Schedule> all_schedules() {
  std::vector<Schedule> all = {schedule_named("order"), schedule_named("reverse"), schedule_named("eager")};
  for (const char* name : {"random:1", "random:2", "resident:3", "resident:4", "preempt:5"}) {
    all.push_back(schedule_named(name));
  }
  return all;
}

std::vector<int> shifted(int count, int group) {
  std::vector<int> values(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = i / group * group + (i + 1) % group;
  return values;
}

TEST_F(Kernels, GiveTheSameInEverySchedule) {
  for (const Schedule& schedule : all_schedules()) {
    configure(schedule);
    EXPECT_EQ(after("shift", {3, 256}, 768), shifted(768, 256));
    EXPECT_EQ(after("shift warp", {3, 256}, 768), shifted(768, 32));
    EXPECT_THAT(after("read constants", {1, 4}, 4), ElementsAre(2, 3, 5, 7));
    EXPECT_THAT(after("count atomically", {5, 64}, 2), ElementsAre(320, 319));
    EXPECT_EQ(last_failure(), "");
  }
}

TEST_F(Kernels, VoteAndShuffle) {
  EXPECT_THAT(after("warp functions", {}, 8), ElementsAre(0x49249249, 11, 15, 8, 11, 1, 15, 1));
  EXPECT_THAT(after("block votes", {1, 96}, 3, 40), ElementsAre(40, 0, 1));
  EXPECT_THAT(after("block votes", {1, 96}, 3, 96), ElementsAre(96, 1, 1));
  EXPECT_THAT(after("block votes", {1, 96}, 3, 0), ElementsAre(0, 0, 0));
  EXPECT_EQ(after("sum tiles", {1, 64}, 8), std::vector<int>(8, 28));
}

// By its numbers; the race build by its own means, in races_test.cpp.
TEST_F(Kernels, MissingBarrierIsSeenInEverySchedule) {
  if (has_race_detection()) GTEST_SKIP() << "the race build stops at the race";
  for (const Schedule& schedule : all_schedules()) {
    configure(schedule);
    EXPECT_NE(after("shift without barrier", {3, 256}, 768), shifted(768, 256));
    EXPECT_NE(after("shift warp without barrier", {3, 256}, 768), shifted(768, 32));
  }
}

TEST_F(Kernels, BarrierNeedsAllThreadsInOnePlace) {
  EXPECT_THAT(failure_of("divergent barrier"),
              AllOf(HasSubstr("kernels_for_tests.cu:"),
                    HasSubstr("block (0, 0, 0) thread (16, 0, 0): divergent barrier"),
                    HasSubstr("while 16 threads of the block wait at")));
  EXPECT_EQ(error_, cudaErrorLaunchFailure);
  EXPECT_THAT(
      failure_of("barrier after return"),
      HasSubstr(
          "thread (7, 0, 0): the thread ends while 7 threads wait at the barrier at kernels_for_tests.cu:"));
  configure(schedule_named("reverse"));
  EXPECT_THAT(failure_of("barrier after return", {1, 8}),
              HasSubstr("thread (6, 0, 0): arrives at the barrier at kernels_for_tests.cu"));
}

TEST_F(Kernels, MaskNamesThoseWhoCall) {
  EXPECT_THAT(failure_of("full mask", {1, 16}),
              HasSubstr("names lanes ffff0000, which do not exist or have ended"));
  EXPECT_THAT(failure_of("source outside mask"),
              HasSubstr("lane 0 reads from lane 20, which is not in the mask 0000ffff"));
  EXPECT_THAT(failure_of("divergent warp"), HasSubstr("divergent warp: lane 0 is at kernels_for_tests.cu:"));
}

TEST_F(Kernels, WaitingInVainEnds) {
  configure(schedule_named("reverse"));
  EXPECT_THAT(failure_of("wait for other block", {2, 1}, 1),
              HasSubstr("waits in vain at kernels_for_tests.cu:"));
  Schedule together = schedule_named("reverse");
  together.resident_blocks = 2;
  configure(together);
  reset();
  EXPECT_THAT(after("wait for other block", {2, 1}, 1, 1), ElementsAre(1));
}

TEST_F(Kernels, SharedMemoryIsNotInitialised) {
  EXPECT_THAT(after("read unwritten shared", {1, 4}, 4), ElementsAre(-1, 1, -1, 1))
      << "all bits set, which as a float is NaN";
}

TEST_F(Kernels, SharedMemoryHasLimits) {
  EXPECT_THAT(failure_of("much shared"),
              HasSubstr("with the array 'second' the block has 65536 bytes of static"));
  EXPECT_THAT(failure_of("count", {1, 32, 49153}),
              HasSubstr("49153 bytes of dynamic shared memory, of 49152"));
  EXPECT_EQ(error_, cudaErrorInvalidValue);
  EXPECT_EQ(
      cudaFuncSetAttribute(kernel_for_test("increment"), cudaFuncAttributeMaxDynamicSharedMemorySize, 65536),
      cudaSuccess);
  EXPECT_THAT(after("increment", {1, 32, 65536}, 1, 1), ElementsAre(1));
  EXPECT_EQ(cudaFuncSetAttribute(kernel_for_test("increment"), cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 1 << 20),
            cudaErrorInvalidValue);
}

TEST_F(Kernels, WritingBehindSharedMemoryIsSeen) {
  if (has_address_sanitizer()) {
    EXPECT_DEATH(after("write behind shared", {1, 32, 124}, 32), "use-after-poison");
  } else if (has_race_detection()) {
    EXPECT_THAT(failure_of("write behind shared", {1, 32, 124}),
                HasSubstr("thread (31, 0, 0): kernels_for_tests.cu"));
    EXPECT_THAT(last_failure(),
                HasSubstr("writes 4 bytes at byte 124 counted from the start of the shared array"));
  } else {
    EXPECT_THAT(failure_of("write behind shared", {1, 32, 124}),
                HasSubstr("the block wrote behind the 124 bytes of the shared array"));
  }
}

TEST_F(Kernels, LaunchesHaveLimits) {
  const StreamHandle stream;
  const auto error = [&](dim3 grid, dim3 block) {
    const cudaError_t launched = launch_for_test("fill", {grid, block}, nullptr, 0, stream);
    EXPECT_EQ(cudaGetLastError(), launched);
    EXPECT_EQ(cudaGetLastError(), cudaSuccess) << "not sticky";
    return launched;
  };
  EXPECT_EQ(error(dim3(0), dim3(1)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error(dim3(1, 65536), dim3(1)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error(dim3(1, 1, 65536), dim3(1)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error(dim3(1), dim3(0)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error(dim3(1), dim3(1025)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error(dim3(1), dim3(32, 33)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(error(dim3(1), dim3(1, 1, 65)), cudaErrorInvalidConfiguration);
  EXPECT_EQ(launch_for_test("fill", {}, nullptr, 0, nullptr), cudaErrorInvalidResourceHandle)
      << "the null stream";
  EXPECT_THAT(last_failure(), HasSubstr("a grid of 0 x 1 x 1 blocks")) << "the first is kept";
}

TEST_F(Kernels, FailureStaysWithTheDevice) {
  const StreamHandle stream;
  const Ints data(32);
  EXPECT_EQ(run("divergent barrier", {}, data, 0, stream), cudaErrorLaunchFailure);
  void* more = nullptr;
  EXPECT_EQ(cudaMalloc(&more, 4), cudaErrorLaunchFailure);
  EXPECT_EQ(cudaGetLastError(), cudaErrorLaunchFailure);
  EXPECT_EQ(cudaGetLastError(), cudaErrorLaunchFailure) << "sticky";
  EXPECT_STREQ(cudaGetErrorName(cudaErrorLaunchFailure), "cudaErrorLaunchFailure");
  EXPECT_STREQ(cudaGetErrorString(cudaErrorLaunchFailure), "unspecified launch failure");
  reset();
  EXPECT_EQ(run("fill", {}, data, 3, stream), cudaSuccess);
  EXPECT_EQ(last_failure(), "");
}

}  // namespace
}  // namespace yy::cusim
