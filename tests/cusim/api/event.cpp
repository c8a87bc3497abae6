// Events.
#include "tests/cusim/api/call.h"
#include "tests/cusim/memory/arena.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {
namespace {

Event& event_of(cudaEvent_t handle) {
  return *reinterpret_cast<Event*>(handle);
}

cudaError_t create(cudaEvent_t* handle, unsigned flags) {
  auto* event = new Event;
  event->timed = (flags & cudaEventDisableTiming) == 0;
  *handle = reinterpret_cast<cudaEvent_t>(event);
  return cudaSuccess;
}

cudaError_t record(Event& event, cudaStream_t handle) {
  Stream* stream = find_stream(handle);
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  if (stream->capture != nullptr) return capture_record(*stream, event);
  const auto mark = std::make_shared<Mark>();
  mark->stream = stream;
  event.capture = nullptr;
  event.mark = mark;
  const auto reach = [mark] {
    mark->reached = true;
    mark->when = std::chrono::steady_clock::now();
    return cudaSuccess;
  };
  return enqueue(handle, {reach, cudaGraphNodeTypeEventRecord, "event"});
}

cudaError_t wait(Stream& stream, const Event& event) {
  if (stream.capture != nullptr || event.capture != nullptr) return capture_wait(stream, event);
  if (event.mark == nullptr) return cudaSuccess;
  push(stream, {{[] { return cudaSuccess; }, cudaGraphNodeTypeWaitEvent, "wait"}, event.mark});
  return cudaSuccess;
}

cudaError_t elapsed(const Event& start, const Event& end, float& milliseconds) {
  if (!start.timed || !end.timed || start.mark == nullptr || end.mark == nullptr) {
    return cudaErrorInvalidResourceHandle;
  }
  if (!start.mark->reached || !end.mark->reached) return cudaErrorNotReady;
  milliseconds = std::chrono::duration<float, std::milli>(end.mark->when - start.mark->when).count();
  return cudaSuccess;
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* handle, unsigned flags) {
  return call([&] { return create(handle, flags); });
}

cudaError_t cudaEventCreate(cudaEvent_t* handle) {
  return call([&] { return create(handle, cudaEventDefault); });
}

cudaError_t cudaEventDestroy(cudaEvent_t handle) {
  return ending_call([&] {
    delete &event_of(handle);
    return cudaSuccess;
  });
}

cudaError_t cudaEventRecord(cudaEvent_t handle, cudaStream_t stream) {
  return call(stream, [&] { return record(event_of(handle), stream); });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  return call(handle, [&] {
    Stream* stream = find_stream(handle);
    return stream == nullptr ? cudaErrorInvalidResourceHandle : wait(*stream, event_of(event));
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
  return call([&] {
    const Event& event = event_of(handle);
    if (event.capture != nullptr) return cudaErrorCapturedEvent;
    note_waiting();
    if (event.mark != nullptr) drain_until(*event.mark);
    return cudaSuccess;
  });
}

// As with cudaStreamQuery, asking makes the work go on.
cudaError_t cudaEventQuery(cudaEvent_t handle) {
  return call([&] {
    const Event& event = event_of(handle);
    if (event.capture != nullptr) return cudaErrorCapturedEvent;
    if (event.mark == nullptr || event.mark->reached) return cudaSuccess;
    const OpenArena open;
    advance(*event.mark->stream);
    return cudaErrorNotReady;
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  return call([&] { return elapsed(event_of(start), event_of(end), *milliseconds); });
}
