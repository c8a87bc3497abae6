// What the log says of the calls of a program, and of the work of the device.
#include <thread>

#include "tests/cusim/simulation_test.h"

namespace yy::cusim {
namespace {

using ::testing::Field;
using ::testing::FieldsAre;
using ::testing::IsFalse;
using ::testing::IsTrue;

class Log : public SimulationTest {
 protected:
  ~Log() override {
    take_log();
    take_timeline();
  }
};

std::vector<std::string> names_of(const std::vector<Call>& calls) {
  std::vector<std::string> names;
  for (const Call& call : calls) names.push_back(call.name);
  return names;
}

TEST_F(Log, HasTheCallsOfTheProgram) {
  const StreamHandle stream;
  const Ints data(32);
  const PinnedInts pinned(32);
  std::vector<int> pageable(32);
  cudaStream_t raw = stream;
  start_log();
  void *device = nullptr, *host = nullptr;
  EXPECT_EQ(cudaMalloc(&device, 400), cudaSuccess);
  EXPECT_EQ(cudaMallocHost(&host, 40), cudaSuccess);
  EXPECT_EQ(cudaMemsetAsync(data, 0, 128, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(data, pinned, 64, cudaMemcpyHostToDevice, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(data, pageable.data(), 8, cudaMemcpyHostToDevice, stream), cudaSuccess);
  EXPECT_EQ(launch_for_test("shift", {}, data, 32, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(pinned, data, 16, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpyAsync(pageable.data(), data, 12, cudaMemcpyDeviceToHost, stream), cudaSuccess);
  EXPECT_EQ(cudaMemcpy(data, device, 4, cudaMemcpyDeviceToDevice), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(cudaFree(device), cudaSuccess);
  EXPECT_EQ(cudaFreeHost(host), cudaSuccess);
  EXPECT_THAT(take_log(),
              ElementsAre(FieldsAre("cudaMalloc", nullptr, "memory of the device", 400U, IsFalse()),
                          FieldsAre("cudaMallocHost", nullptr, "page-locked memory", 40U, IsFalse()),
                          FieldsAre("cudaMemsetAsync", raw, "set", 128U, IsFalse()),
                          FieldsAre("cudaMemcpyAsync", raw, "copy to the device", 64U, IsFalse()),
                          FieldsAre("cudaMemcpyAsync", raw, "copy from pageable memory", 8U, IsFalse()),
                          FieldsAre("cudaLaunchKernel", raw, "kernel shift<true>", 0U, IsFalse()),
                          FieldsAre("cudaMemcpyAsync", raw, "copy to the host", 16U, IsFalse()),
                          FieldsAre("cudaMemcpyAsync", raw, "copy to pageable memory", 12U, IsTrue()),
                          FieldsAre("cudaMemcpy", nullptr, "copy on the device", 4U, IsTrue()),
                          FieldsAre("cudaStreamSynchronize", raw, "", 0U, IsTrue()),
                          FieldsAre("cudaFree", nullptr, "", 0U, IsTrue()),
                          FieldsAre("cudaFreeHost", nullptr, "", 0U, IsTrue())));
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_THAT(take_log(), IsEmpty()) << "nobody has started it again";
}

TEST_F(Log, NodesOfAGraphAreNotCalls) {
  const StreamHandle stream;
  const EventHandle event;
  const Ints data(32);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  start_log();
  EXPECT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  EXPECT_EQ(launch_for_test("fill", {}, data, 1, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
  EXPECT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
  EXPECT_THAT(names_of(take_log()), ElementsAre("cudaStreamBeginCapture", "cudaLaunchKernel",
                                                "cudaStreamEndCapture", "cudaGraphInstantiate"));
  start_log();
  EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(event, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamWaitEvent(stream, event, 0), cudaSuccess);
  EXPECT_EQ(cudaEventQuery(event), cudaErrorNotReady);
  EXPECT_EQ(cudaEventSynchronize(event), cudaSuccess);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  EXPECT_THAT(names_of(take_log()),
              ElementsAre("cudaGraphLaunch", "cudaEventRecord", "cudaStreamWaitEvent", "cudaEventQuery",
                          "cudaEventSynchronize", "cudaDeviceSynchronize"));
  EXPECT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
  EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
}

TEST_F(Log, HasFailedCallsToo) {
  start_log();
  EXPECT_EQ(cudaStreamSynchronize(nullptr), cudaErrorInvalidResourceHandle);
  cudaStream_t stream = nullptr;
  EXPECT_EQ(cudaStreamCreate(&stream), cudaSuccess);
  EXPECT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_THAT(take_log(), ElementsAre(Field(&Call::waits, IsFalse()), Field(&Call::name, "cudaStreamCreate"),
                                      Field(&Call::stream, stream)));
}

TEST_F(Log, HasTheCallsOfAllThreads) {
  const auto ask = [] {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(cudaSetDevice(0), cudaSuccess);
  };
  start_log();
  std::thread one(ask), other(ask);
  one.join();
  other.join();
  const std::vector<std::string> names = names_of(take_log());
  EXPECT_EQ(names.size(), 200U);
  EXPECT_THAT(names, Each("cudaSetDevice"));
}

TEST_F(Log, TimelineHasTheWorkInTheOrderOfItsExecution) {
  const StreamHandle first, second;
  const Ints data(32), other(32);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  cudaGraphConditionalHandle handle = 0;
  EXPECT_EQ(cudaGraphCreate(&graph, 0), cudaSuccess);
  EXPECT_EQ(cudaGraphConditionalHandleCreate(&handle, graph, 1, cudaGraphCondAssignDefault), cudaSuccess);
  cudaGraphNodeParams params = {};
  params.type = cudaGraphNodeTypeConditional;
  params.conditional.handle = handle;
  params.conditional.type = cudaGraphCondTypeWhile;
  params.conditional.size = 1;
  cudaGraphNode_t node = nullptr;
  EXPECT_EQ(cudaGraphAddNode(&node, graph, nullptr, nullptr, 0, &params), cudaSuccess);
  EXPECT_EQ(cudaStreamBeginCaptureToGraph(first, params.conditional.phGraph_out[0], nullptr, nullptr, 0,
                                          cudaStreamCaptureModeThreadLocal),
            cudaSuccess);
  EXPECT_EQ(launch_count_down(handle, data, first), cudaSuccess);
  cudaGraph_t body = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(first, &body), cudaSuccess);
  EXPECT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
  EXPECT_EQ(run("fill", {1, 1}, data, 2, first), cudaSuccess);

  start_log();
  EXPECT_EQ(cudaGraphLaunch(exec, first), cudaSuccess);
  EXPECT_EQ(cudaMemsetAsync(other, 0, 128, second), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(second), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(first), cudaSuccess);
  const std::vector<Span> spans = take_timeline();
  ASSERT_FALSE(spans.empty());
  const int number = spans[0].stream;
  const auto span = [](int stream, int depth, const char* what) {
    return AllOf(Field(&Span::stream, stream), Field(&Span::depth, depth), Field(&Span::what, what));
  };
  EXPECT_THAT(spans, ElementsAre(span(number, 0, "set of 128 bytes"), span(number - 1, 0, "graph"),
                                 span(number - 1, 1, "while"), span(number - 1, 2, "body"),
                                 span(number - 1, 3, "kernel count_down"), span(number - 1, 2, "body"),
                                 span(number - 1, 3, "kernel count_down")));
  EXPECT_LE(spans[0].end, spans[1].begin);
  EXPECT_LE(spans[1].begin, spans[6].begin);
  EXPECT_LE(spans[6].begin, spans[6].end);
  EXPECT_LE(spans[6].end, spans[1].end);
  EXPECT_THAT(take_timeline(), IsEmpty());
  EXPECT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
  EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
}

}  // namespace
}  // namespace yy::cusim
