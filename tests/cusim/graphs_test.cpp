// Graphs that the program makes itself: captures into them, and what is refused.
#include "tests/cusim/graph_test.h"

namespace yy::cusim {
namespace {

using ConditionalNodes = GraphTest;
using GraphCaptures = GraphTest;

TEST_F(ConditionalNodes, AreRefusedWhereTheyAreWrong) {
  const auto error = [&](cudaGraphNodeParams params, const std::vector<cudaGraphNode_t>& after = {}) {
    return cudaGraphAddNode(&node, graph, after.data(), nullptr, after.size(), &params);
  };
  cudaGraph_t other = nullptr;
  EXPECT_EQ(cudaGraphCreate(&other, 0), cudaSuccess);
  cudaGraphConditionalHandle of_other = 0;
  EXPECT_EQ(cudaGraphConditionalHandleCreate(&of_other, other, 0, 2), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGraphConditionalHandleCreate(&of_other, other, 0, 0), cudaSuccess);
  const auto in_other = capture_fill(other, 1);
  const auto handle = handle_with_default(0);
  const auto good = conditional(handle, cudaGraphCondTypeIf);
  EXPECT_EQ(error(conditional(12345678, cudaGraphCondTypeIf)), cudaErrorInvalidValue);
  EXPECT_EQ(error(conditional(of_other, cudaGraphCondTypeIf)), cudaErrorInvalidValue);
  EXPECT_EQ(error(conditional(handle, cudaGraphCondTypeIf, 3)), cudaErrorInvalidValue);
  EXPECT_EQ(error(conditional(handle, cudaGraphCondTypeIf, 0)), cudaErrorInvalidValue);
  EXPECT_EQ(error(conditional(handle, cudaGraphCondTypeWhile, 2)), cudaErrorInvalidValue);
  EXPECT_EQ(error(conditional(handle, cudaGraphCondTypeSwitch)), cudaErrorNotSupported);
  EXPECT_EQ(error(good, in_other), cudaErrorInvalidValue) << "a node of another graph";
  auto params = good;
  params.reserved1[5] = 1;
  EXPECT_EQ(error(params), cudaErrorInvalidValue) << "what is not used has to be 0";
  params.type = cudaGraphNodeTypeKernel;
  EXPECT_EQ(error(params), cudaErrorNotSupported);
  const cudaGraphEdgeData edge = {};
  params = good;
  EXPECT_EQ(cudaGraphAddNode(&node, graph, nullptr, &edge, 0, &params), cudaErrorNotSupported);
  EXPECT_EQ(error(good), cudaSuccess);
  EXPECT_EQ(error(good), cudaErrorInvalidValue) << "a handle is for one node";
  EXPECT_EQ(error(conditional(handle_with_default(0), cudaGraphCondTypeIf), {node, node}),
            cudaErrorInvalidValue);
  EXPECT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaErrorInvalidValue) << "a handle has no node";
  EXPECT_EQ(exec, nullptr);
  EXPECT_EQ(cudaGraphDestroy(other), cudaSuccess);
}

TEST_F(ConditionalNodes, BodiesBelongToTheirNodeAndCallNoHost) {
  const auto body = add(graph, conditional(handle_with_default(1), cudaGraphCondTypeIf))[0];
  EXPECT_EQ(cudaGraphDestroy(body), cudaErrorInvalidValue);
  EXPECT_EQ(cudaGraphInstantiate(&exec, body, 0), cudaErrorInvalidValue);
  capture(body, [&] {
    EXPECT_EQ(cudaLaunchHostFunc(
                  stream, [](void*) {}, nullptr),
              cudaSuccess);
  });
  reset();
  EXPECT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaErrorNotSupported);
  EXPECT_EQ(last_failure(), "the body of a conditional node calls a function of the host");
}

TEST_F(ConditionalNodes, AreNotCapturedAsPartOfAnotherGraph) {
  add(graph, conditional(handle_with_default(1), cudaGraphCondTypeIf));
  instantiate();
  EXPECT_EQ(cudaStreamBeginCapture(stream, thread_local_mode), cudaSuccess);
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t captured = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream, &captured), cudaErrorStreamCaptureInvalidated);
}

// Captures into a graph

TEST_F(GraphCaptures, AreDescribed) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusActive;
  unsigned long long id = 0, second_id = 0;
  const cudaGraphNode_t* nodes = nullptr;
  std::size_t number = 99;
  const auto ask = [&](unsigned long long& of) {
    return cudaStreamGetCaptureInfo(stream, &status, &of, nullptr, &nodes, nullptr, &number);
  };
  EXPECT_EQ(ask(id), cudaSuccess);
  EXPECT_EQ(status, cudaStreamCaptureStatusNone);
  capture(graph, [&] {
    EXPECT_EQ(ask(id), cudaSuccess);
    EXPECT_EQ(status, cudaStreamCaptureStatusActive);
    EXPECT_EQ(number, 0U);
  });
  EXPECT_EQ(cudaStreamBeginCapture(stream, thread_local_mode), cudaSuccess);
  EXPECT_EQ(ask(second_id), cudaSuccess);
  EXPECT_NE(id, second_id);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(ask(id), cudaSuccess);
  EXPECT_EQ(status, cudaStreamCaptureStatusInvalidated);
  cudaGraph_t none = graph;
  EXPECT_EQ(cudaStreamEndCapture(stream, &none), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(none, nullptr);
}

TEST_F(GraphCaptures, AreRefusedWhereTheyAreWrong) {
  const auto begin = [&](cudaGraph_t into, const cudaGraphNode_t* after, std::size_t number) {
    return cudaStreamBeginCaptureToGraph(stream, into, after, nullptr, number, thread_local_mode);
  };
  const auto first = capture_fill(graph, 1);
  cudaGraph_t other = nullptr;
  EXPECT_EQ(cudaGraphCreate(&other, 0), cudaSuccess);
  EXPECT_EQ(begin(nullptr, nullptr, 0), cudaErrorInvalidValue);
  EXPECT_EQ(begin(graph, nullptr, 1), cudaErrorInvalidValue);
  EXPECT_EQ(begin(other, first.data(), 1), cudaErrorInvalidValue) << "a node of another graph";
  EXPECT_EQ(begin(graph, first.data(), 1), cudaSuccess);
  EXPECT_EQ(begin(graph, nullptr, 0), cudaErrorIllegalState);
  EXPECT_EQ(cudaGraphDestroy(graph), cudaErrorInvalidValue) << "while it is captured into";
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamQuery(stream), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t none = other;
  EXPECT_EQ(cudaStreamEndCapture(stream, &none), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(cudaGraphDestroy(other), cudaSuccess);
  instantiate();
  EXPECT_EQ(result(), 2) << "the graph is still there, with what it had got";
}

}  // namespace
}  // namespace yy::cusim
