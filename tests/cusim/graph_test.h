// What the tests of graphs share: a graph, and how it gets its nodes.
#pragma once

#include "tests/cusim/simulation_test.h"

namespace yy::cusim {

inline constexpr auto thread_local_mode = cudaStreamCaptureModeThreadLocal;

// A graph, a stream to capture into it, and two arrays that begin as 0.
class GraphTest : public SimulationTest {
 protected:
  GraphTest() {
    EXPECT_EQ(cudaGraphCreate(&graph, 0), cudaSuccess);
    clear();
  }
  ~GraphTest() override {
    reset();
    forget_instance();
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  }

  void clear() {
    EXPECT_EQ(cudaMemsetAsync(data, 0, data.bytes(), stream), cudaSuccess);
    EXPECT_EQ(cudaMemsetAsync(count, 0, count.bytes(), stream), cudaSuccess);
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  }
  void set_count(int value) { EXPECT_EQ(run("fill", {1, 1}, count, value, stream), cudaSuccess); }

  cudaGraphConditionalHandle handle_with_default(unsigned value) {
    cudaGraphConditionalHandle handle = 0;
    EXPECT_EQ(cudaGraphConditionalHandleCreate(&handle, graph, value, cudaGraphCondAssignDefault),
              cudaSuccess);
    return handle;
  }
  cudaGraphConditionalHandle handle_without_default() {
    cudaGraphConditionalHandle handle = 0;
    EXPECT_EQ(cudaGraphConditionalHandleCreate(&handle, graph, 1, 0), cudaSuccess);
    return handle;
  }

  static cudaGraphNodeParams conditional(cudaGraphConditionalHandle handle, cudaGraphConditionalNodeType type,
                                         unsigned bodies = 1) {
    cudaGraphNodeParams params = {};
    params.type = cudaGraphNodeTypeConditional;
    params.conditional.handle = handle;
    params.conditional.type = type;
    params.conditional.size = bodies;
    return params;
  }
  // The node becomes `node`; gives its bodies.
  cudaGraph_t* add(cudaGraph_t to, cudaGraphNodeParams params,
                   const std::vector<cudaGraphNode_t>& after = {}) {
    EXPECT_EQ(cudaGraphAddNode(&node, to, after.data(), nullptr, after.size(), &params), cudaSuccess);
    return params.conditional.phGraph_out;
  }

  // Captures what `work()` does, after these nodes; gives the last nodes.
  template <class Work>
  std::vector<cudaGraphNode_t> capture(cudaGraph_t into, Work work,
                                       const std::vector<cudaGraphNode_t>& after = {}) {
    EXPECT_EQ(
        cudaStreamBeginCaptureToGraph(stream, into, after.data(), nullptr, after.size(), thread_local_mode),
        cudaSuccess);
    work();
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    const cudaGraphNode_t* nodes = nullptr;
    std::size_t number = 0;
    EXPECT_EQ(cudaStreamGetCaptureInfo(stream, &status, nullptr, nullptr, &nodes, nullptr, &number),
              cudaSuccess);
    const std::vector<cudaGraphNode_t> last(nodes, nodes + number);
    cudaGraph_t same = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream, &same), cudaSuccess);
    EXPECT_EQ(same, into);
    return last;
  }
  std::vector<cudaGraphNode_t> capture_fill(cudaGraph_t into, int value,
                                            const std::vector<cudaGraphNode_t>& after = {}) {
    return capture(
        into, [&] { EXPECT_EQ(launch_for_test("fill", {}, data, value, stream), cudaSuccess); }, after);
  }
  std::vector<cudaGraphNode_t> capture_increment(cudaGraph_t into) {
    return capture(into, [&] { EXPECT_EQ(launch_for_test("increment", {}, data, 32, stream), cudaSuccess); });
  }
  // The condition becomes count[0].
  std::vector<cudaGraphNode_t> capture_set(cudaGraph_t into, cudaGraphConditionalHandle handle) {
    return capture(into, [&] { EXPECT_EQ(launch_set_condition(handle, count, 1, stream), cudaSuccess); });
  }

  void instantiate() { EXPECT_EQ(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess); }
  void forget_instance() {
    if (exec == nullptr) return;
    EXPECT_EQ(cudaGraphExecDestroy(exec), cudaSuccess);
    exec = nullptr;
  }
  cudaError_t launch() {
    const cudaError_t error = cudaGraphLaunch(exec, stream);
    return error == cudaSuccess ? cudaStreamSynchronize(stream) : error;
  }
  // data[0] after a launch.
  int result() {
    EXPECT_EQ(launch(), cudaSuccess);
    return data.read(stream)[0];
  }

  StreamHandle stream, side;
  Ints data{32}, count{1};
  cudaGraph_t graph = nullptr;
  cudaGraphNode_t node = nullptr;
  cudaGraphExec_t exec = nullptr;
};

}  // namespace yy::cusim
