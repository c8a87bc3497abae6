// Streams whose work runs as late as CUDA allows, or at other times that it allows.
#pragma once

#include <chrono>
#include <cuda_runtime_api.h>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace yy::cusim {

struct Capture;
struct Stream;

// A point in a stream's work.
struct Mark {
  Stream* stream = nullptr;
  bool reached = false;
  std::chrono::steady_clock::time_point when = {};
};

// A piece of the device's work.
struct Task {
  std::function<cudaError_t()> run;
  cudaGraphNodeType type = cudaGraphNodeTypeEmpty;  // of the graph's node that it makes
  std::string what;                                 // "kernel fill", for the timeline
};

struct Work {
  Task task;
  std::shared_ptr<const Mark> after;  // does not start before; may be null
};

struct Stream {
  int number = 0;         // in order of creation, from 1; 0: the null stream
  bool blocking = false;  // waits for the null stream
  bool ended = false;     // destroyed: what was enqueued still runs, as late as that of others
  std::deque<Work> work;

  // While it is captured: what it captures into, and the nodes that its next one comes after.
  std::shared_ptr<Capture> capture;
  std::vector<cudaGraphNode_t> tail;
};

struct Event {
  bool timed = true;
  std::shared_ptr<Mark> mark;  // null if never recorded

  // If it was last recorded while its stream was captured.
  std::shared_ptr<Capture> capture;
  std::vector<cudaGraphNode_t> tail;
};

// All streams that there are, for a program that synchronises the device.
Stream* create_stream(bool blocking);
void destroy_stream(Stream* stream);
// Null where there is no such stream; the null stream's own work goes to null_stream().
Stream* find_stream(cudaStream_t handle);
Stream& null_stream();

// Adds work to the stream, or to the graph that it is captured into.
cudaError_t enqueue(cudaStream_t stream, Task task);
void push(Stream& stream, Work work);

// Work runs until the stream is empty, the mark is reached, or all streams are empty.
void drain(Stream& stream);
void drain_until(const Mark& mark);
void drain_all();
void drain_blocking();
// At most the next work of the stream.
void advance(Stream& stream);

// Work that has not begun is dropped.
void drop_all_work();

// The error of work that failed: from then on every call gives it.
cudaError_t sticky_error();

}  // namespace yy::cusim
