// Streams whose work is captured into a graph instead of run; others join and leave by events.
#pragma once

#include <thread>

#include "tests/cusim/streams/graph.h"

namespace yy::cusim {

struct Capture {
  unsigned long long id = 0;  // no other capture has it
  Stream* origin = nullptr;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  std::thread::id thread;  // that began it
  bool broken = false;     // by a call that is not allowed
  Graph* graph = nullptr;
  std::unique_ptr<Graph> own;  // the same, unless the program gave it
  std::vector<Stream*> streams;
};

// Into the graph, after these nodes of it; null: into a new graph.
cudaError_t begin_capture(Stream& stream, cudaStreamCaptureMode mode, Graph* graph,
                          const std::vector<cudaGraphNode_t>& after);
// Gives the graph, unless an error says what is wrong with it. The capture is over in any case but that it
// was begun elsewhere.
cudaError_t end_capture(Stream& stream, cudaGraph_t& graph);

// The next node of the stream comes after these too.
void come_after(Stream& stream, const std::vector<cudaGraphNode_t>& nodes);

bool is_captured_into(const Graph& graph);

cudaError_t capture_task(Stream& stream, Task task);
cudaError_t capture_record(Stream& stream, Event& event);
// The stream joins the capture that the event was recorded in.
cudaError_t capture_wait(Stream& stream, const Event& event);

// For calls that a captured stream, or any capture, does not allow: breaks it, and gives the error.
cudaError_t refuse_captured(Stream& stream);
cudaError_t refuse_while_capturing();

}  // namespace yy::cusim
