// The device's memory and page-locked memory: who may touch it, and when copies read and write.
#include <algorithm>

#include "tests/cusim/simulation_test.h"

namespace yy::cusim {
namespace {

class Memory : public SimulationTest {};

constexpr auto to_device = cudaMemcpyHostToDevice;
constexpr auto to_host = cudaMemcpyDeviceToHost;

TEST_F(Memory, BeginsAsNotANumber) {
  const StreamHandle stream;
  const Ints data(1000);
  EXPECT_THAT(data.read(stream), Each(-1));
}

TEST_F(Memory, HostCannotTouchIt) {
  const StreamHandle stream;
  const Ints data(4);
  EXPECT_EQ(run("fill", {1, 4}, data, 3, stream), cudaSuccess);
  EXPECT_DEATH({ *const_cast<volatile int*>(&data[0]) = 1; }, "");
  EXPECT_DEATH({ [[maybe_unused]] int value = *const_cast<volatile int*>(&data[0]); }, "");
}

TEST_F(Memory, WritingBehindAnAllocationIsSeen) {
  const StreamHandle stream;
  const Ints data(33);
  if (has_address_sanitizer()) {
    EXPECT_DEATH(run("write behind", {}, data, 33, stream), "use-after-poison");
    return;
  }
  EXPECT_EQ(run("write behind", {}, data, 33, stream), cudaErrorIllegalAddress);
  EXPECT_THAT(last_failure(), HasSubstr("launch at kernels_for_tests.cu:"));
  EXPECT_THAT(last_failure(), HasSubstr("behind an allocation of 132 bytes"));
}

TEST_F(Memory, ReadingBehindAnAllocationIsSeenByTheSanitizers) {
  if (!has_address_sanitizer() && !has_race_detection())
    GTEST_SKIP() << "only by the address and race builds";
  const StreamHandle stream;
  const Ints data(33);
  if (has_address_sanitizer()) {
    EXPECT_DEATH(run("read behind", {}, data, 33, stream), "use-after-poison");
  } else {
    EXPECT_EQ(run("read behind", {}, data, 33, stream), cudaErrorIllegalAddress);
    EXPECT_THAT(last_failure(), HasSubstr("kernels_for_tests.cu:")) << "the line in the kernel";
  }
}

TEST_F(Memory, MisalignedAccessesAreSeenByTheSanitizer) {
  if (!has_address_sanitizer()) GTEST_SKIP() << "only by the address build";
  const StreamHandle stream;
  const Ints data(8);
  EXPECT_DEATH(run("read misaligned", {1, 1}, data, 0, stream), "misaligned address");
}

TEST_F(Memory, KernelReadsNoHostMemoryInTheRaceBuild) {
  if (!has_race_detection()) GTEST_SKIP() << "only seen by the race build";
  const StreamHandle stream;
  std::vector<int> on_host(32);
  EXPECT_EQ(run("increment", {}, on_host.data(), 32, stream), cudaErrorIllegalAddress);
  EXPECT_THAT(last_failure(),
              HasSubstr("reads 4 bytes at an address that is not the device's, which it may not"));
}

TEST_F(Memory, FreedMemoryIsWaitedForAndThenGone) {
  const StreamHandle stream;
  int* data = nullptr;
  EXPECT_EQ(cudaMalloc(reinterpret_cast<void**>(&data), 128), cudaSuccess);
  EXPECT_EQ(launch_for_test("fill", {}, data, 1, stream), cudaSuccess);
  EXPECT_EQ(cudaFree(data), cudaSuccess) << "after the kernel";
  EXPECT_EQ(cudaFree(data), cudaErrorInvalidValue);
  std::vector<int> values(32);
  EXPECT_EQ(cudaMemcpyAsync(values.data(), data, 128, to_host, stream), cudaErrorInvalidValue);
  if (has_race_detection()) {
    EXPECT_EQ(run("fill", {}, data, 1, stream), cudaErrorIllegalAddress);
  } else if (has_address_sanitizer()) {
    EXPECT_DEATH(run("fill", {}, data, 1, stream), "use-after-poison");
  }
}

TEST_F(Memory, RunsOut) {
  Machine small;
  small.memory_bytes = 1 << 20;
  set_machine(small);
  const std::size_t before = allocated_bytes();
  void *first = nullptr, *second = nullptr;
  EXPECT_EQ(cudaMalloc(&first, 1 << 19), cudaSuccess);
  EXPECT_EQ(allocated_bytes(), before + (1 << 19));
  EXPECT_EQ(cudaMalloc(&second, (1 << 19) + 1), cudaErrorMemoryAllocation);
  EXPECT_STREQ(cudaGetErrorString(cudaGetLastError()), "out of memory");
  std::size_t free = 0, total = 0;
  EXPECT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
  EXPECT_EQ(free, (std::size_t{1} << 19) - before);
  EXPECT_EQ(total, std::size_t{1} << 20);
  EXPECT_EQ(cudaFree(first), cudaSuccess);
  EXPECT_EQ(cudaMalloc(&second, (1 << 19) + 1), cudaSuccess);
  EXPECT_EQ(cudaFree(second), cudaSuccess);
}

TEST_F(Memory, IsUsedAgain) {
  for (int i = 0; i < 200; ++i) {  // 12.8 GB together
    void* data = nullptr;
    ASSERT_EQ(cudaMalloc(&data, 64 << 20), cudaSuccess);
    ASSERT_EQ(cudaFree(data), cudaSuccess);
  }
}

TEST_F(Memory, CopiesMustFitAndGoTheRightWay) {
  const StreamHandle stream;
  const Ints data(4);
  std::vector<int> values(8);
  EXPECT_EQ(cudaMemcpyAsync(data, values.data(), 20, to_device, stream), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(values.data(), data, 16, to_device, stream), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemcpyAsync(data, data + 2, 8, to_host, stream), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemsetAsync(data, 0, 17, stream), cudaErrorInvalidValue);
  EXPECT_EQ(cudaMemsetAsync(data, 0, 16, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(data, values.data(), 16, cudaMemcpyDefault, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(data, values.data(), 16, to_device, nullptr), cudaErrorInvalidResourceHandle);
}

TEST_F(Memory, OrdinaryMemoryIsReadInTheCall) {
  const StreamHandle stream;
  const Ints data(3);
  std::vector<int> values = {1, 2, 3};
  EXPECT_EQ(cudaMemcpyAsync(data, values.data(), 12, to_device, stream), cudaSuccess);
  values = {4, 5, 6};
  EXPECT_THAT(data.read(stream), ElementsAre(1, 2, 3));
}

// What a program sees that rewrites a buffer before its copy has run.
TEST_F(Memory, PageLockedMemoryIsReadLate) {
  const StreamHandle stream;
  const Ints data(3);
  const PinnedInts values(3);
  std::fill(values + 0, values + 3, 1);
  EXPECT_EQ(cudaMemcpyAsync(data, values, 12, to_device, stream), cudaSuccess);
  std::fill(values + 0, values + 3, 2);
  EXPECT_THAT(data.read(stream), Each(2));
  configure(schedule_named("eager"));
  EXPECT_EQ(cudaMemcpyAsync(data, values, 12, to_device, stream), cudaSuccess);
  std::fill(values + 0, values + 3, 3);
  EXPECT_THAT(data.read(stream), Each(2));
}

TEST_F(Memory, PageLockedMemoryIsWrittenLate) {
  const StreamHandle stream;
  const Ints data(32);
  const PinnedInts values(32);
  EXPECT_EQ(launch_for_test("fill", {}, data, 7, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(values, data, 128, to_host, stream), cudaSuccess);
  EXPECT_EQ(values[5], -1);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(values[5], 7);
  std::vector<int> registered(32, 0);
  EXPECT_EQ(cudaHostRegister(registered.data(), 128, 0), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(registered.data(), data, 128, to_host, stream), cudaSuccess);
  EXPECT_EQ(registered[5], 0);
  EXPECT_EQ(cudaHostUnregister(registered.data()), cudaSuccess) << "after the copy";
  EXPECT_EQ(registered[5], 7);
}

TEST_F(Memory, StreamOrderedAllocations) {
  const StreamHandle stream;
  int* data = nullptr;
  EXPECT_EQ(cudaMallocAsync(reinterpret_cast<void**>(&data), 128, stream), cudaSuccess);
  EXPECT_EQ(launch_for_test("fill", {}, data, 4, stream), cudaSuccess);
  const std::size_t before = allocated_bytes();
  EXPECT_EQ(cudaFreeAsync(data, stream), cudaSuccess);
  EXPECT_EQ(allocated_bytes(), before) << "the stream has not come there";
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(allocated_bytes(), before - 128);
  EXPECT_EQ(cudaFreeAsync(data, stream), cudaErrorInvalidValue);
}

TEST_F(Memory, SynchronousCopiesDoNotWaitForOtherStreams) {
  const StreamHandle stream;
  const Ints data(32);
  std::vector<int> values(32);
  EXPECT_EQ(launch_for_test("fill", {}, data, 7, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(values.data(), data, 128, to_host), cudaSuccess);
  EXPECT_THAT(values, Each(-1));
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(values.data(), data, 128, to_host), cudaSuccess);
  EXPECT_THAT(values, Each(7));
  EXPECT_EQ(cudaMemset(data, 0, 128), cudaSuccess);
  EXPECT_THAT(data.read(stream), Each(7)) << "the memset is not ordered before it";
}

}  // namespace
}  // namespace yy::cusim
