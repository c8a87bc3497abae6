// Kernels and calls that fail because a test asked for it.
#include <stdexcept>

#include "tests/cusim/graph_test.h"

namespace yy::cusim {
namespace {

class Faults : public GraphTest {
 protected:
  // Also of later work: nothing on the device can be used any more.
  void expect_sticky() {
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaStreamQuery(side), cudaErrorIllegalAddress) << "of another stream";
    EXPECT_EQ(launch_for_test("count", {}, data, 32, side), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
    void* memory = nullptr;
    EXPECT_EQ(cudaMalloc(&memory, 4), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaPeekAtLastError(), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
    EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress) << "not forgotten either";
  }

  void enqueue(std::string_view kernel, int n) {
    EXPECT_EQ(launch_for_test(kernel, {}, data, n, stream), cudaSuccess);
  }
};

TEST_F(Faults, AKernelFailsWhenItsStreamGetsThere) {
  fail_kernel("fill", 2);
  enqueue("fill", 10);
  enqueue("increment", 32);
  enqueue("fill", 20);
  enqueue("increment", 32);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess) << "nobody has waited yet";
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorIllegalAddress);
  EXPECT_THAT(last_failure(), AllOf(HasSubstr("launch at kernels_for_tests.cu:"),
                                    HasSubstr("kernel fill fails, since a test asked for it")));
  expect_sticky();
  reset();
  EXPECT_EQ(last_failure(), "");
  EXPECT_THAT(data.read(stream), Each(11)) << "what came before ran, nothing else did";
  EXPECT_EQ(run("fill", {}, data, 30, stream), cudaSuccess);
  EXPECT_THAT(data.read(stream), Each(30));
}

TEST_F(Faults, AKernelThatRunsAtOnceFailsInItsCall) {
  configure(schedule_named("eager"));
  fail_kernel("fill", 1);
  EXPECT_EQ(launch_for_test("fill", {}, data, 1, stream), cudaErrorIllegalAddress);
  expect_sticky();
}

TEST_F(Faults, OnlyRunsOfThatKernelCount) {
  fail_kernel("shift<true>", 1);
  EXPECT_EQ(run("fill", {}, data, 1, stream), cudaSuccess);
  EXPECT_EQ(run("shift without barrier", {1, 1}, data, 1, stream), cudaSuccess);
  EXPECT_EQ(run("shift", {}, data, 1, stream), cudaErrorIllegalAddress);
}

TEST_F(Faults, AKernelOfAGraphFailsInALaunchOfIt) {
  fail_kernel("increment", 3);
  capture_increment(graph);
  capture_increment(graph);
  instantiate();
  EXPECT_EQ(result(), 2) << "captured kernels have not run";
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaSuccess);
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorIllegalAddress);
  EXPECT_THAT(last_failure(), HasSubstr("kernel increment fails"));
  expect_sticky();
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaErrorIllegalAddress);
  reset();
  EXPECT_EQ(result(), 4) << "of the two launches that failed nothing came";
}

TEST_F(Faults, AKernelOfABodyFailsInItsRound) {
  fail_kernel("increment", 3);
  const auto loop = handle_with_default(1);
  set_count(5);
  const auto body = add(graph, conditional(loop, cudaGraphCondTypeWhile))[0];
  const auto incremented = capture_increment(body);
  capture(
      body, [&] { EXPECT_EQ(launch_count_down(loop, count, stream), cudaSuccess); }, incremented);
  instantiate();
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaSuccess);
  enqueue("increment", 32);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorIllegalAddress);
  expect_sticky();
  reset();
  EXPECT_EQ(data.read(stream)[0], 2);
  EXPECT_EQ(count.read(stream)[0], 3);
  EXPECT_EQ(result(), 5) << "the loop goes on where it was";
}

TEST_F(Faults, WhatIsEndedAfterwardsIsGone) {
  const std::size_t before = allocated_bytes();
  void* memory = nullptr;
  EXPECT_EQ(cudaMalloc(&memory, 400), cudaSuccess);
  fail_kernel("fill", 1);
  EXPECT_EQ(run("fill", {}, data, 1, stream), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaFree(memory), cudaErrorIllegalAddress);
  EXPECT_EQ(allocated_bytes(), before);
  reset();
  EXPECT_EQ(cudaFree(memory), cudaErrorInvalidValue);
}

TEST_F(Faults, ResetForgetsWhatHasNotHappened) {
  fail_kernel("fill", 2);
  fail_call("cudaMalloc", 1, cudaErrorMemoryAllocation);
  EXPECT_EQ(run("fill", {}, data, 1, stream), cudaSuccess);
  reset();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run("fill", {}, data, 1, stream), cudaSuccess);
  const Ints more(1);
}

TEST_F(Faults, SeveralMayBeAskedFor) {
  fail_call("cudaStreamQuery", 1, cudaErrorInvalidValue);
  fail_call("cudaStreamQuery", 3, cudaErrorNotSupported);
  EXPECT_EQ(cudaStreamQuery(stream), cudaErrorInvalidValue);
  EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
  EXPECT_EQ(cudaStreamQuery(stream), cudaErrorNotSupported);
  EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
  EXPECT_THROW(fail_call("cudaStreamQuery", 0, cudaErrorInvalidValue), std::invalid_argument);
  EXPECT_THROW(fail_kernel("fill", -1), std::invalid_argument);
}

TEST_F(Faults, ACallThatFailsDoesNothingAndIsOver) {
  fail_call("cudaGraphInstantiate", 1, cudaErrorMemoryAllocation);
  fail_call("cudaLaunchKernel", 2, cudaErrorInvalidConfiguration);
  capture_fill(graph, 5);
  EXPECT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaErrorMemoryAllocation);
  EXPECT_EQ(exec, nullptr);
  EXPECT_EQ(cudaGetLastError(), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  EXPECT_EQ(last_failure(), "") << "nothing is wrong with the device";
  instantiate();
  EXPECT_EQ(result(), 5);
  EXPECT_EQ(launch_for_test("fill", {}, data, 6, stream), cudaErrorInvalidConfiguration);
  EXPECT_THAT(data.read(stream), Each(5));
  EXPECT_EQ(run("fill", {}, data, 7, stream), cudaSuccess);
}

}  // namespace
}  // namespace yy::cusim
