#include "tests/cusim/streams/capture.h"

#include <algorithm>

namespace yy::cusim {
namespace {

std::vector<std::weak_ptr<Capture>> captures;
unsigned long long captures_begun = 0;

void join(Stream& stream, const std::shared_ptr<Capture>& capture,
          const std::vector<cudaGraphNode_t>& after) {
  if (stream.capture == nullptr) {
    stream.capture = capture;
    stream.tail.clear();
    capture->streams.push_back(&stream);
  }
  come_after(stream, after);
}

// Whether the origin's last nodes come after the last ones of all other streams.
bool all_joined(const Capture& capture) {
  std::vector<bool> before(capture.graph->nodes.size(), false);
  std::vector<cudaGraphNode_t> open = capture.origin->tail;
  while (!open.empty()) {
    const GraphNode& node = *open.back();
    open.pop_back();
    if (before[node.number]) continue;
    before[node.number] = true;
    open.insert(open.end(), node.after.begin(), node.after.end());
  }
  return std::all_of(capture.streams.begin(), capture.streams.end(), [&](const Stream* stream) {
    return std::all_of(stream->tail.begin(), stream->tail.end(),
                       [&](const GraphNode* node) { return before[node->number]; });
  });
}

}  // namespace

cudaError_t begin_capture(Stream& stream, cudaStreamCaptureMode mode, Graph* graph,
                          const std::vector<cudaGraphNode_t>& after) {
  if (stream.capture != nullptr) return cudaErrorIllegalState;
  const auto capture = std::make_shared<Capture>();
  capture->id = ++captures_begun;
  capture->origin = &stream;
  capture->mode = mode;
  capture->thread = std::this_thread::get_id();
  if (graph == nullptr) capture->own = std::make_unique<Graph>();
  capture->graph = graph == nullptr ? capture->own.get() : graph;
  std::erase_if(captures, [](const auto& one) { return one.expired(); });
  captures.push_back(capture);
  join(stream, capture, after);
  return cudaSuccess;
}

cudaError_t end_capture(Stream& stream, cudaGraph_t& graph) {
  const std::shared_ptr<Capture> capture = stream.capture;
  if (capture == nullptr) return cudaErrorIllegalState;
  if (capture->origin != &stream) return cudaErrorStreamCaptureUnmatched;
  if (capture->mode != cudaStreamCaptureModeRelaxed && capture->thread != std::this_thread::get_id()) {
    return cudaErrorStreamCaptureWrongThread;
  }
  cudaError_t error = cudaSuccess;
  if (capture->broken) {
    error = cudaErrorStreamCaptureInvalidated;
  } else if (!all_joined(*capture)) {
    error = cudaErrorStreamCaptureUnjoined;
  }
  for (Stream* captured : capture->streams) {
    captured->capture = nullptr;
    captured->tail.clear();
  }
  if (error == cudaSuccess) graph = capture->own != nullptr ? capture->own.release() : capture->graph;
  capture->broken = true;  // for events that still know it
  return error;
}

void come_after(Stream& stream, const std::vector<cudaGraphNode_t>& nodes) {
  for (const cudaGraphNode_t node : nodes) {
    const bool known = std::find(stream.tail.begin(), stream.tail.end(), node) != stream.tail.end();
    if (!known) stream.tail.push_back(node);
  }
}

bool is_captured_into(const Graph& graph) {
  return std::any_of(captures.begin(), captures.end(), [&](const auto& one) {
    const std::shared_ptr<Capture> capture = one.lock();
    return capture != nullptr && capture->origin->capture == capture && capture->graph == &graph;
  });
}

cudaError_t capture_task(Stream& stream, Task task) {
  Capture& capture = *stream.capture;
  if (capture.broken) return cudaErrorStreamCaptureInvalidated;
  stream.tail = {&add_node(*capture.graph, std::move(task), stream.tail)};
  return cudaSuccess;
}

cudaError_t capture_record(Stream& stream, Event& event) {
  if (stream.capture->broken) return cudaErrorStreamCaptureInvalidated;
  event.mark = nullptr;
  event.capture = stream.capture;
  event.tail = stream.tail;
  return cudaSuccess;
}

cudaError_t capture_wait(Stream& stream, const Event& event) {
  if (stream.capture != nullptr && stream.capture->broken) return cudaErrorStreamCaptureInvalidated;
  if (event.capture == nullptr) {  // recorded by work outside of the capture, if at all
    if (event.mark == nullptr) return cudaSuccess;
    stream.capture->broken = true;
    return cudaErrorStreamCaptureIsolation;
  }
  if (event.capture->broken) return cudaErrorStreamCaptureInvalidated;
  if (stream.capture != nullptr && stream.capture != event.capture) {
    stream.capture->broken = event.capture->broken = true;
    return cudaErrorStreamCaptureMerge;
  }
  join(stream, event.capture, event.tail);
  return cudaSuccess;
}

cudaError_t refuse_captured(Stream& stream) {
  if (stream.capture == nullptr) return cudaSuccess;
  stream.capture->broken = true;
  return cudaErrorStreamCaptureUnsupported;
}

cudaError_t refuse_while_capturing() {
  for (const auto& one : captures) {
    const std::shared_ptr<Capture> capture = one.lock();
    if (capture == nullptr || capture->origin->capture != capture) continue;
    const bool ours = capture->thread == std::this_thread::get_id();
    if (capture->mode == cudaStreamCaptureModeRelaxed) continue;
    if (capture->mode == cudaStreamCaptureModeThreadLocal && !ours) continue;
    capture->broken = true;
    return cudaErrorStreamCaptureUnsupported;
  }
  return cudaSuccess;
}

}  // namespace yy::cusim
