// Conditional nodes: which of their bodies run, how often, and when.
#include "tests/cusim/graph_test.h"

namespace yy::cusim {
namespace {

using Conditionals = GraphTest;

TEST_F(Conditionals, IfRunsItsBodyWhereTheConditionHolds) {
  const auto handle = handle_without_default();
  const auto set = capture_set(graph, handle);
  capture_increment(add(graph, conditional(handle, cudaGraphCondTypeIf), set)[0]);
  instantiate();
  EXPECT_EQ(result(), 0) << "set to 0";
  for (const char* schedule : {"order", "reverse", "eager", "random:1"}) {
    configure(schedule_named(schedule));
    clear();
    set_count(7);
    EXPECT_EQ(result(), 1) << "any value but 0";
    EXPECT_EQ(result(), 2);
    set_count(0);
    EXPECT_EQ(result(), 2);
  }
}

TEST_F(Conditionals, IfMayHaveTwoBodies) {
  const auto handle = handle_without_default();
  const auto set = capture_set(graph, handle);
  cudaGraph_t* bodies = add(graph, conditional(handle, cudaGraphCondTypeIf, 2), set);
  capture_fill(bodies[0], 10);
  capture_fill(bodies[1], 20);
  instantiate();
  EXPECT_EQ(result(), 20);
  set_count(1);
  EXPECT_EQ(result(), 10);
}

TEST_F(Conditionals, WhileCountsDownOnTheDevice) {
  const auto handle = handle_without_default();
  const auto set = capture_set(graph, handle);
  const cudaGraph_t body = add(graph, conditional(handle, cudaGraphCondTypeWhile), set)[0];
  capture(body, [&] {
    EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
    EXPECT_EQ(launch_count_down(handle, count, stream), cudaSuccess);
  });
  instantiate();
  for (const char* schedule : {"order", "reverse", "eager", "random:1", "random:2"}) {
    configure(schedule_named(schedule));
    for (const int rounds : {0, 1, 5}) {
      clear();
      set_count(rounds);
      EXPECT_EQ(result(), rounds);
      EXPECT_THAT(count.read(stream), ElementsAre(0));
    }
  }
}

TEST_F(Conditionals, WhileWithoutEndIsReported) {
  add(graph, conditional(handle_with_default(1), cudaGraphCondTypeWhile));
  instantiate();
  EXPECT_EQ(launch(), cudaErrorLaunchTimeout);
  EXPECT_THAT(last_failure(), HasSubstr("the body of a while node has run 1000000 times"));
}

TEST_F(Conditionals, DefaultsAreAssignedAtEachLaunch) {
  const auto no = handle_with_default(0), yes = handle_with_default(3);
  capture_fill(add(graph, conditional(no, cudaGraphCondTypeIf))[0], 1);
  const cudaGraph_t body = add(graph, conditional(yes, cudaGraphCondTypeWhile))[0];
  capture(body, [&] {
    EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
    EXPECT_EQ(launch_set_condition(yes, count, 1, stream), cudaSuccess);
  });
  instantiate();
  EXPECT_EQ(result(), 1);
  EXPECT_EQ(result(), 2) << "the loop, which left 0 behind, begins again";
}

TEST_F(Conditionals, WithoutADefaultEachLaunchHasToSetTheValue) {
  const auto handle = handle_without_default();
  const auto set = capture_set(graph, handle);
  capture_increment(add(graph, conditional(handle, cudaGraphCondTypeIf), set)[0]);
  instantiate();
  set_count(1);
  EXPECT_EQ(result(), 1);
  set_count(-1);
  EXPECT_EQ(launch(), cudaErrorLaunchFailure) << "that of the launch before counts for nothing";
  EXPECT_THAT(last_failure(), HasSubstr("which has no default and was not set in this launch"));
}

// The first fills, the second counts on; nothing but the dependency puts them in order.
TEST_F(Conditionals, NodesOfABodyRunInTheOrderThatTheyLeaveOpen) {
  const auto body = add(graph, conditional(handle_with_default(1), cudaGraphCondTypeIf))[0];
  const auto first = capture_fill(body, 10);
  capture_fill(body, 20);
  instantiate();
  EXPECT_EQ(result(), 20);
  configure(schedule_named("reverse"));
  EXPECT_EQ(result(), 10);
  forget_instance();
  capture_fill(body, 30, first);
  configure(schedule_named("reverse"));
  instantiate();
  EXPECT_EQ(result(), 30) << "20, 10, and 30 after that";
}

TEST_F(Conditionals, CapturesGoOnAfterAConditionalNode) {
  const auto body = add(graph, conditional(handle_with_default(1), cudaGraphCondTypeIf))[0];
  capture_fill(body, 10);
  const std::vector<cudaGraphNode_t> condition = {node};
  const auto after = capture_fill(graph, 20, condition);
  EXPECT_EQ(after.size(), 1U);
  capture(graph, [] {}, {condition[0], after[0]});
  instantiate();
  for (const char* schedule : {"order", "reverse", "random:1", "random:2"}) {
    configure(schedule_named(schedule));
    clear();
    EXPECT_EQ(result(), 20);
  }
}

TEST_F(Conditionals, ANodeCanBeAddedInTheMiddleOfACapture) {
  const auto handle = handle_with_default(1);
  capture(graph, [&] {
    EXPECT_EQ(launch_for_test("fill", {}, data, 5, stream), cudaSuccess);
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    cudaGraph_t captured = nullptr;
    const cudaGraphNode_t* last = nullptr;
    std::size_t number = 0;
    EXPECT_EQ(cudaStreamGetCaptureInfo(stream, &status, nullptr, &captured, &last, nullptr, &number),
              cudaSuccess);
    EXPECT_EQ(captured, graph);
    cudaGraphNodeParams params = conditional(handle, cudaGraphCondTypeIf);
    EXPECT_EQ(cudaGraphAddNode(&node, captured, last, nullptr, number, &params), cudaSuccess);
    EXPECT_EQ(
        cudaStreamUpdateCaptureDependencies(stream, &node, nullptr, 1, cudaStreamSetCaptureDependencies),
        cudaSuccess);
    // The body, on another stream.
    EXPECT_EQ(cudaStreamBeginCaptureToGraph(side, params.conditional.phGraph_out[0], nullptr, nullptr, 0,
                                            thread_local_mode),
              cudaSuccess);
    EXPECT_EQ(launch_for_test("increment", {}, data, 32, side), cudaSuccess);
    EXPECT_EQ(cudaStreamEndCapture(side, &captured), cudaSuccess);
    EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
  });
  instantiate();
  configure(schedule_named("reverse"));
  EXPECT_EQ(result(), 7);
}

// Inside of the loop the first body runs in the last round only, the other in all others.
TEST_F(Conditionals, Nest) {
  const auto loop = handle_with_default(1), is_last = handle_without_default();
  set_count(4);
  const auto body = add(graph, conditional(loop, cudaGraphCondTypeWhile))[0];
  const auto counted = capture(body, [&] { EXPECT_EQ(launch_count_down(loop, count, stream), cudaSuccess); });
  const auto set = capture(
      body, [&] { EXPECT_EQ(launch_set_condition(is_last, count, 1, stream), cudaSuccess); }, counted);
  cudaGraph_t* inner = add(body, conditional(is_last, cudaGraphCondTypeIf, 2), set);
  capture_increment(inner[0]);
  capture(inner[1], [&] {
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
    }
  });
  instantiate();
  EXPECT_EQ(result(), 3 + 10);
}

TEST_F(Conditionals, NothingHappensBeforeTheTurnOfTheLaunch) {
  const PinnedInts from(1);
  from[0] = 1;
  const auto handle = handle_without_default();
  const auto set = capture_set(graph, handle);
  const auto body = add(graph, conditional(handle, cudaGraphCondTypeIf), set)[0];
  capture(body, [&] {
    EXPECT_EQ(cudaMemcpyAsync(data, from, 4, cudaMemcpyHostToDevice, stream), cudaSuccess) << "page-locked";
  });
  instantiate();
  EXPECT_EQ(cudaMemsetAsync(count, 1, 4, stream), cudaSuccess);
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaSuccess);
  from[0] = 2;
  EXPECT_EQ(data.read(stream)[0], 2);
}

TEST_F(Conditionals, AnInstanceIsACopyOfItsOwn) {
  const auto body = add(graph, conditional(handle_with_default(1), cudaGraphCondTypeIf))[0];
  const auto first = capture_fill(body, 10);
  instantiate();
  capture_fill(body, 20, first);
  EXPECT_EQ(result(), 10) << "what comes later does not matter";
  cudaGraphExec_t second = nullptr;
  EXPECT_EQ(cudaGraphInstantiate(&second, graph, 0), cudaErrorInvalidValue) << "there may be one at a time";
  forget_instance();
  instantiate();
  EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  EXPECT_EQ(result(), 20);
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaSuccess);
  forget_instance();
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess) << "a launch keeps what it needs";
  EXPECT_EQ(cudaGraphCreate(&graph, 0), cudaSuccess);
}

TEST_F(Conditionals, OnlyTheRunningGraphIsToldItsCondition) {
  const auto handle = handle_with_default(0);
  add(graph, conditional(handle, cudaGraphCondTypeIf));
  instantiate();
  EXPECT_EQ(launch_set_condition(handle, count, 1, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorLaunchFailure);
  EXPECT_THAT(last_failure(), AllOf(HasSubstr("launch at kernels_for_tests.cu:"),
                                    HasSubstr("thread (0, 0, 0): sets the conditional handle"),
                                    HasSubstr("which the running graph has not")));
  reset();
  cudaGraph_t other = nullptr;
  EXPECT_EQ(cudaGraphCreate(&other, 0), cudaSuccess);
  capture_set(other, handle);
  forget_instance();
  EXPECT_EQ(cudaGraphInstantiate(&exec, other, 0), cudaSuccess);
  EXPECT_EQ(launch(), cudaErrorLaunchFailure) << "it is another graph's";
  EXPECT_EQ(cudaGraphDestroy(other), cudaErrorLaunchFailure);
}

TEST_F(Conditionals, OneThreadSetsTheValue) {
  const auto handle = handle_with_default(0);
  add(graph, conditional(handle, cudaGraphCondTypeIf));
  capture(graph, [&] { EXPECT_EQ(launch_set_condition(handle, count, 2, stream), cudaSuccess); });
  instantiate();
  EXPECT_EQ(launch(), cudaErrorLaunchFailure);
  EXPECT_THAT(last_failure(), HasSubstr("which thread 0 of block 0 has set in the same launch"));
}

}  // namespace
}  // namespace yy::cusim
