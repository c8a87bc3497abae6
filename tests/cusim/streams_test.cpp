// Streams, events and graphs: what is ordered, what is not, and what is refused.
#include "tests/cusim/simulation_test.h"

namespace yy::cusim {
namespace {

class Streams : public SimulationTest {
 protected:
  // A buffer that is filled on one stream and read on another.
  std::vector<int> read_on_other_stream(bool with_event) {
    const StreamHandle writer, reader;
    const EventHandle written;
    const Ints data(32);
    EXPECT_EQ(cudaMemsetAsync(data, 0, data.bytes(), reader), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(reader), cudaSuccess);
    EXPECT_EQ(launch_for_test("fill", {}, data, 7, writer), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(written, writer), cudaSuccess);
    const cudaError_t waits = with_event ? cudaStreamWaitEvent(reader, written, 0) : cudaSuccess;
    EXPECT_EQ(waits, cudaSuccess);
    return data.read(reader);
  }
};

TEST_F(Streams, AreOrderedByEventsAlone) {
  EXPECT_THAT(read_on_other_stream(true), Each(7));
  EXPECT_THAT(read_on_other_stream(false), Each(0)) << "as late as allowed";
  int stale = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Schedule schedule = schedule_named("random");
    schedule.seed = seed;
    configure(schedule);
    EXPECT_THAT(read_on_other_stream(true), Each(7));
    stale += read_on_other_stream(false)[0] == 0;
  }
  EXPECT_GT(stale, 0);
  EXPECT_LT(stale, 20) << "also earlier than as late as allowed";
  configure(schedule_named("eager"));
  EXPECT_THAT(read_on_other_stream(false), Each(7)) << "hidden: at once";
}

TEST_F(Streams, AnEventStandsForWhatWasThereWhenItWasRecorded) {
  const StreamHandle first, second;
  const EventHandle event;
  const Ints data(32);
  EXPECT_EQ(cudaStreamWaitEvent(second, event, 0), cudaSuccess) << "never recorded: nothing to wait for";
  EXPECT_EQ(cudaEventQuery(event), cudaSuccess);
  EXPECT_EQ(launch_for_test("fill", {}, data, 1, first), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(event, first), cudaSuccess);
  EXPECT_EQ(launch_for_test("fill", {}, data, 2, first), cudaSuccess);
  EXPECT_EQ(cudaStreamWaitEvent(second, event, 0), cudaSuccess);
  EXPECT_THAT(data.read(second), Each(1));
  EXPECT_EQ(cudaEventSynchronize(event), cudaSuccess);
  EXPECT_THAT(data.read(first), Each(2));
}

TEST_F(Streams, DestroyingOneDoesNotWaitForItsWork) {
  const StreamHandle reader;
  const Ints data(32);
  EXPECT_EQ(cudaMemsetAsync(data, 0, data.bytes(), reader), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(reader), cudaSuccess);
  {
    const StreamHandle writer;
    EXPECT_EQ(launch_for_test("fill", {}, data, 7, writer), cudaSuccess);
  }
  EXPECT_THAT(data.read(reader), Each(0)) << "as late as allowed";
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  EXPECT_THAT(data.read(reader), Each(7)) << "but not lost";
}

TEST_F(Streams, AskingGetsThereInTheEnd) {
  const StreamHandle stream;
  const EventHandle start, end;
  const Ints data(32);
  EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(start, stream), cudaSuccess);
  EXPECT_EQ(launch_for_test("fill", {}, data, 1, stream), cudaSuccess);
  EXPECT_EQ(cudaEventRecord(end, stream), cudaSuccess);
  float milliseconds = -1;
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, end), cudaErrorNotReady);
  int rounds = 0;
  while (cudaEventQuery(end) == cudaErrorNotReady) ++rounds;
  EXPECT_EQ(rounds, 3);
  EXPECT_EQ(cudaStreamQuery(stream), cudaSuccess);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, start, end), cudaSuccess);
  EXPECT_GE(milliseconds, 0);
  cudaGetLastError();
}

TEST_F(Streams, HostFunctionsRunInTheirTurn) {
  const StreamHandle stream;
  int calls = 0;
  const auto count = [](void* at) { ++*static_cast<int*>(at); };
  EXPECT_EQ(cudaLaunchHostFunc(stream, count, &calls), cudaSuccess);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_EQ(calls, 1);
}

// Graphs

class Graphs : public SimulationTest {
 protected:
  Graphs() {
    EXPECT_EQ(cudaMemsetAsync(data, 0, data.bytes(), stream), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  }
  void begin() { EXPECT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess); }

  // Ends the capture; launches the graph so often.
  std::vector<int> finish(int launches) {
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t exec = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
    EXPECT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
    for (int i = 0; i < launches; ++i) EXPECT_EQ(cudaGraphLaunch(exec, stream), cudaSuccess);
    const std::vector<int> values = data.read(stream);
    EXPECT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
    return values;
  }

  // What ending the capture gives instead of a graph.
  cudaError_t end_error() {
    cudaGraph_t graph = reinterpret_cast<cudaGraph_t>(this);
    const cudaError_t error = cudaStreamEndCapture(stream, &graph);
    EXPECT_EQ(graph, nullptr);
    return error;
  }

  StreamHandle stream, side;
  EventHandle fork, join;
  Ints data{32};
};

TEST_F(Graphs, RunWhatWasCapturedAsOftenAsLaunched) {
  begin();
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
  EXPECT_THAT(finish(0), Each(0)) << "capturing does not run";
  begin();
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
  EXPECT_THAT(finish(3), Each(6));
}

TEST_F(Graphs, ForkAndJoinByEvents) {
  for (const char* schedule : {"order", "reverse", "random:1", "random:2", "random:3"}) {
    configure(schedule_named(schedule));
    begin();
    EXPECT_EQ(launch_for_test("fill", {}, data, 1, stream), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(fork, stream), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(side, fork, 0), cudaSuccess);
    EXPECT_EQ(launch_for_test("increment", {}, data, 32, side), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(join, side), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(stream, join, 0), cudaSuccess);
    EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
    EXPECT_THAT(finish(2), Each(3));
  }
}

// Both branches write; nothing says which comes last.
TEST_F(Graphs, BranchesRunInAnyOrder) {
  const auto last_writer = [&](const char* schedule) {
    configure(schedule_named(schedule));
    begin();
    EXPECT_EQ(cudaEventRecord(fork, stream), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(side, fork, 0), cudaSuccess);
    EXPECT_EQ(launch_for_test("fill", {}, data, 1, stream), cudaSuccess);
    EXPECT_EQ(launch_for_test("fill", {}, data, 2, side), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(join, side), cudaSuccess);
    EXPECT_EQ(cudaStreamWaitEvent(stream, join, 0), cudaSuccess);
    return finish(1)[0];
  };
  EXPECT_EQ(last_writer("order"), 2);
  EXPECT_EQ(last_writer("reverse"), 1);
}

TEST_F(Graphs, WaitingInACaptureBreaksIt) {
  begin();
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(end_error(), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(run("increment", {}, data, 32, stream), cudaSuccess) << "the stream is itself again";
}

TEST_F(Graphs, CallsThatMayWaitBreakACapture) {
  void* memory = nullptr;
  int* host = nullptr;
  std::vector<int> values(32);
  const std::vector<std::function<cudaError_t()>> calls = {
      [&] { return cudaMalloc(&memory, 4); },
      [&] { return cudaFree(data); },
      [&] { return cudaMallocHost(reinterpret_cast<void**>(&host), 4); },
      [&] { return cudaDeviceSynchronize(); },
      [&] { return cudaMemcpy(values.data(), data, 4, cudaMemcpyDeviceToHost); },
      [&] { return cudaStreamQuery(stream); },
      [&] { return cudaMemcpyAsync(data, values.data(), 4, cudaMemcpyHostToDevice, stream); },
      [&] { return cudaMallocAsync(&memory, 4, stream); },
  };
  for (const auto& call : calls) {
    begin();
    EXPECT_EQ(call(), cudaErrorStreamCaptureUnsupported);
    EXPECT_EQ(end_error(), cudaErrorStreamCaptureInvalidated);
  }
}

TEST_F(Graphs, ForkedStreamsMustComeBack) {
  begin();
  EXPECT_EQ(cudaEventRecord(fork, stream), cudaSuccess);
  EXPECT_EQ(cudaStreamWaitEvent(side, fork, 0), cudaSuccess);
  EXPECT_EQ(launch_for_test("increment", {}, data, 32, side), cudaSuccess);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(side, &graph), cudaErrorStreamCaptureUnmatched);
  EXPECT_EQ(end_error(), cudaErrorStreamCaptureUnjoined);
  EXPECT_EQ(run("increment", {}, data, 32, side), cudaSuccess) << "the side stream is itself again";
}

TEST_F(Graphs, DoNotDependOnWorkOutside) {
  EXPECT_EQ(cudaEventRecord(fork, side), cudaSuccess);
  begin();
  EXPECT_EQ(cudaStreamWaitEvent(stream, fork, 0), cudaErrorStreamCaptureIsolation);
  EXPECT_EQ(end_error(), cudaErrorStreamCaptureInvalidated);
  begin();
  EXPECT_EQ(cudaEventRecord(fork, stream), cudaSuccess);
  EXPECT_EQ(cudaEventSynchronize(fork), cudaErrorCapturedEvent);
  EXPECT_EQ(cudaEventQuery(fork), cudaErrorCapturedEvent);
  finish(1);
}

}  // namespace
}  // namespace yy::cusim
