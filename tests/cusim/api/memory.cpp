// Allocations and memsets.
#include <cstring>
#include <fmt/format.h>

#include "tests/cusim/api/call.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/memory/arena.h"
#include "tests/cusim/memory/host_memory.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {
namespace {

cudaError_t allocate(void** result, std::size_t bytes) {
  describe_call("memory of the device", bytes);
  if (bytes == 0) {
    *result = nullptr;
    return cudaSuccess;
  }
  char* start = arena().allocate(bytes);
  if (start == nullptr) return cudaErrorMemoryAllocation;
  *result = start;
  return cudaSuccess;
}

cudaError_t allocate_host(void** result, std::size_t bytes) {
  describe_call("page-locked memory", bytes);
  const cudaError_t error = refuse_while_capturing();
  if (error != cudaSuccess) return error;
  *result = bytes == 0 ? nullptr : allocate_pinned(bytes);
  return *result == nullptr && bytes != 0 ? cudaErrorMemoryAllocation : cudaSuccess;
}

// For memory that is to go away: all work that may use it comes first.
template <class Release>
cudaError_t after_all_work(void* start, Release release) {
  if (start == nullptr) return cudaSuccess;
  const cudaError_t error = refuse_while_capturing();
  if (error != cudaSuccess) return error;
  note_waiting();
  drain_all();
  return release(start) ? cudaSuccess : cudaErrorInvalidValue;
}

Task set_task(void* to, int value, std::size_t bytes) {
  describe_call("set", bytes);
  const auto set = [=] {
    if (!arena().holds(to, bytes)) {
      report(fmt::format("a memset of {} bytes runs after its memory was freed", bytes));
      return cudaErrorIllegalAddress;
    }
    std::memset(to, value, bytes);
    return cudaSuccess;
  };
  return {set, cudaGraphNodeTypeMemset, fmt::format("set of {} bytes", bytes)};
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

cudaError_t cudaMalloc(void** result, std::size_t bytes) {
  return call([&] {
    const cudaError_t error = refuse_while_capturing();
    return error == cudaSuccess ? allocate(result, bytes) : error;
  });
}

cudaError_t cudaFree(void* start) {
  return ending_call([&] { return after_all_work(start, [](void* at) { return arena().release(at); }); });
}

cudaError_t cudaMallocAsync(void** result, std::size_t bytes, cudaStream_t handle) {
  return call(handle, [&] {
    Stream* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    const cudaError_t error = refuse_captured(*stream);
    return error == cudaSuccess ? allocate(result, bytes) : error;
  });
}

cudaError_t cudaFreeAsync(void* start, cudaStream_t handle) {
  return call(handle, [&] {
    Stream* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    const cudaError_t error = refuse_captured(*stream);
    if (error != cudaSuccess) return error;
    if (!arena().holds(start, 1)) return cudaErrorInvalidValue;
    const auto release = [=] { return arena().release(start) ? cudaSuccess : cudaErrorInvalidValue; };
    return enqueue(handle, {release, cudaGraphNodeTypeMemFree, "free"});
  });
}

cudaError_t cudaMallocHost(void** result, std::size_t bytes) {
  return call([&] { return allocate_host(result, bytes); });
}

cudaError_t cudaHostAlloc(void** result, std::size_t bytes, unsigned) {
  return call([&] { return allocate_host(result, bytes); });
}

cudaError_t cudaFreeHost(void* start) {
  return ending_call([&] { return after_all_work(start, release_pinned); });
}

cudaError_t cudaHostRegister(void* start, std::size_t bytes, unsigned) {
  return call([&] {
    describe_call("page-locked memory", bytes);
    if (start == nullptr || bytes == 0) return cudaErrorInvalidValue;
    register_pinned(start, bytes);
    return cudaSuccess;
  });
}

cudaError_t cudaHostUnregister(void* start) {
  return call([&] {
    const cudaError_t error = after_all_work(start, unregister_pinned);
    return error == cudaErrorInvalidValue ? cudaErrorHostMemoryNotRegistered : error;
  });
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  return call(stream, [&] {
    if (!arena().holds(to, bytes)) return cudaErrorInvalidValue;
    return enqueue(stream, set_task(to, value, bytes));
  });
}

// On the null stream: streams that do not wait for it do not wait for the memset either.
cudaError_t cudaMemset(void* to, int value, std::size_t bytes) {
  return call([&] {
    const cudaError_t error = refuse_while_capturing();
    if (error != cudaSuccess) return error;
    if (!arena().holds(to, bytes)) return cudaErrorInvalidValue;
    drain_blocking();
    push(null_stream(), {set_task(to, value, bytes), nullptr});
    return cudaSuccess;
  });
}
