#include "tests/cusim/streams/stream.h"

#include <algorithm>
#include <fmt/format.h>

#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/log.h"
#include "tests/cusim/engine/settings.h"
#include "tests/cusim/memory/arena.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {
namespace {

using Streams = Schedule::Streams;

std::vector<std::unique_ptr<Stream>> streams;
cudaError_t sticky = cudaSuccess;
int streams_created = 0;

bool exists(const Stream* stream) {
  return std::any_of(streams.begin(), streams.end(), [&](auto& one) { return one.get() == stream; });
}

bool can_start(const Work& work) {
  return work.after == nullptr || work.after->reached;
}

// Runs the next work of the stream, which can start.
void step(Stream& stream) {
  const Work work = std::move(stream.work.front());
  stream.work.pop_front();
  if (sticky != cudaSuccess) return;  // after a failure nothing runs any more
  const RunningWork logged(work.task.what, stream.number);
  sticky = work.task.run();
}

// Sometimes another stream comes first.
void let_others_go_on() {
  if (settings().schedule.streams != Streams::random || streams.empty()) return;
  while (random_below(2) == 0) {
    const std::size_t first = random_below(streams.size());
    for (std::size_t i = 0; i < streams.size(); ++i) {
      Stream& other = *streams[(first + i) % streams.size()];
      if (other.work.empty() || !can_start(other.work.front())) continue;
      step(other);
      break;
    }
  }
}

void run_enqueued() {
  const Streams when = settings().schedule.streams;
  if (when == Streams::late || streams.empty()) return;
  const OpenArena open;
  if (when == Streams::random) return let_others_go_on();
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& stream : streams) {
      for (; !stream->work.empty() && can_start(stream->work.front()); moved = true) step(*stream);
    }
  }
}

}  // namespace

namespace {

void forget_ended() {
  std::erase_if(streams, [](const auto& stream) { return stream->ended && stream->work.empty(); });
}

}  // namespace

Stream* create_stream(bool blocking) {
  forget_ended();
  streams.push_back(std::make_unique<Stream>());
  streams.back()->blocking = blocking;
  streams.back()->number = ++streams_created;
  return streams.back().get();
}

void destroy_stream(Stream* stream) {
  stream->ended = true;
  forget_ended();
}

Stream* find_stream(cudaStream_t handle) {
  auto* stream = reinterpret_cast<Stream*>(handle);
  return exists(stream) && !stream->ended ? stream : nullptr;
}

Stream& null_stream() {
  static Stream the_null_stream;
  return the_null_stream;
}

cudaError_t enqueue(cudaStream_t handle, Task task) {
  Stream* stream = find_stream(handle);
  if (stream == nullptr) {
    report(handle == nullptr ? "work was given to the null stream, which nothing is ordered by"
                             : "work was given to a stream that does not exist");
    return cudaErrorInvalidResourceHandle;
  }
  if (stream->capture != nullptr) return capture_task(*stream, std::move(task));
  if (stream->blocking) drain(null_stream());
  push(*stream, {std::move(task), nullptr});
  return cudaSuccess;
}

void push(Stream& stream, Work work) {
  stream.work.push_back(std::move(work));
  run_enqueued();
}

void advance(Stream& stream) {
  if (stream.work.empty()) return;
  if (!can_start(stream.work.front())) {
    const std::shared_ptr<const Mark> mark = stream.work.front().after;
    drain_until(*mark);
    // Others that went on meanwhile may have run this stream's work, too.
    if (stream.work.empty() || (stream.work.front().after != mark && !can_start(stream.work.front()))) return;
  }
  step(stream);
}

void drain(Stream& stream) {
  if (stream.work.empty()) return;
  const OpenArena open;
  while (!stream.work.empty()) {
    let_others_go_on();
    advance(stream);
  }
}

void drain_until(const Mark& mark) {
  if (mark.reached || !exists(mark.stream)) return;
  const OpenArena open;
  while (!mark.reached && !mark.stream->work.empty()) {
    let_others_go_on();
    advance(*mark.stream);
  }
}

void drain_all() {
  drain(null_stream());
  for (const auto& stream : streams) drain(*stream);
}

void drain_blocking() {
  drain(null_stream());
  for (const auto& stream : streams) {
    if (stream->blocking) drain(*stream);
  }
}

void drop_all_work() {
  null_stream().work.clear();
  for (const auto& stream : streams) {
    stream->work.clear();
    stream->capture = nullptr;
    stream->tail.clear();
  }
  sticky = cudaSuccess;
}

cudaError_t sticky_error() {
  return sticky;
}

}  // namespace yy::cusim
