#include "tests/cusim/streams/capture.h"

#include <algorithm>

#include "tests/cusim/engine/settings.h"

namespace yy::cusim {
namespace {

std::vector<std::weak_ptr<Capture>> captures;

void join(Stream& stream, const std::shared_ptr<Capture>& capture, const std::vector<std::size_t>& after) {
  if (stream.capture == nullptr) {
    stream.capture = capture;
    stream.tail.clear();
    capture->streams.push_back(&stream);
  }
  stream.tail.insert(stream.tail.end(), after.begin(), after.end());
}

// Whether the origin's last nodes come after the last ones of all other streams.
bool all_joined(const Capture& capture) {
  std::vector<bool> before(capture.nodes.size(), false);
  std::vector<std::size_t> open = capture.origin->tail;
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (before[node]) continue;
    before[node] = true;
    const auto& after = capture.nodes[node].after;
    open.insert(open.end(), after.begin(), after.end());
  }
  return std::all_of(capture.streams.begin(), capture.streams.end(), [&](const Stream* stream) {
    return std::all_of(stream->tail.begin(), stream->tail.end(),
                       [&](std::size_t node) { return before[node]; });
  });
}

std::size_t choose(const std::vector<std::size_t>& ready) {
  switch (settings().schedule.order) {
    case Schedule::Order::forward:
      return static_cast<std::size_t>(std::min_element(ready.begin(), ready.end()) - ready.begin());
    case Schedule::Order::reverse:
      return static_cast<std::size_t>(std::max_element(ready.begin(), ready.end()) - ready.begin());
    case Schedule::Order::random:
      return random_below(ready.size());
  }
  return 0;
}

}  // namespace

cudaError_t begin_capture(Stream& stream, cudaStreamCaptureMode mode) {
  if (stream.capture != nullptr) return cudaErrorIllegalState;
  const auto capture = std::make_shared<Capture>();
  capture->origin = &stream;
  capture->mode = mode;
  capture->thread = std::this_thread::get_id();
  std::erase_if(captures, [](const auto& one) { return one.expired(); });
  captures.push_back(capture);
  join(stream, capture, {});
  return cudaSuccess;
}

cudaError_t end_capture(Stream& stream, Graph& graph) {
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
  if (error == cudaSuccess) graph = std::move(capture->nodes);
  capture->broken = true;  // for events that still know it
  return error;
}

cudaError_t capture_task(Stream& stream, Task task) {
  Capture& capture = *stream.capture;
  if (capture.broken) return cudaErrorStreamCaptureInvalidated;
  capture.nodes.push_back({std::move(task), stream.tail});
  stream.tail = {capture.nodes.size() - 1};
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

cudaError_t run_graph(const Graph& graph) {
  std::vector<std::size_t> missing(graph.size(), 0), ready;
  std::vector<std::vector<std::size_t>> before(graph.size());
  for (std::size_t node = 0; node < graph.size(); ++node) {
    missing[node] = graph[node].after.size();
    for (const std::size_t earlier : graph[node].after) before[earlier].push_back(node);
    if (missing[node] == 0) ready.push_back(node);
  }
  while (!ready.empty()) {
    const std::size_t at = choose(ready);
    const std::size_t node = ready[at];
    ready[at] = ready.back();
    ready.pop_back();
    const cudaError_t error = graph[node].run();
    if (error != cudaSuccess) return error;
    for (const std::size_t later : before[node]) {
      if (--missing[later] == 0) ready.push_back(later);
    }
  }
  return cudaSuccess;
}

}  // namespace yy::cusim
