// Streams whose work is captured into a graph instead of run; others join and leave by events.
#pragma once

#include <thread>

#include "tests/cusim/streams/stream.h"

namespace yy::cusim {

struct GraphNode {
  Task run;
  std::vector<std::size_t> after;  // earlier nodes
};

using Graph = std::vector<GraphNode>;

struct Capture {
  Stream* origin = nullptr;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  std::thread::id thread;  // that began it
  bool broken = false;     // by a call that is not allowed
  Graph nodes;
  std::vector<Stream*> streams;
};

cudaError_t begin_capture(Stream& stream, cudaStreamCaptureMode mode);
// Gives the graph, unless an error says what is wrong with it. The capture is over in any case but that it
// was begun elsewhere.
cudaError_t end_capture(Stream& stream, Graph& graph);

cudaError_t capture_task(Stream& stream, Task task);
cudaError_t capture_record(Stream& stream, Event& event);
// The stream joins the capture that the event was recorded in.
cudaError_t capture_wait(Stream& stream, const Event& event);

// For calls that a captured stream, or any capture, does not allow: breaks it, and gives the error.
cudaError_t refuse_captured(Stream& stream);
cudaError_t refuse_while_capturing();

// Runs all nodes, in one of the orders that the graph leaves open.
cudaError_t run_graph(const Graph& graph);

}  // namespace yy::cusim
