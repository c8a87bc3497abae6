// Copies. Page-locked host memory is read and written when the stream gets there. Other memory is read at
// once, and written before the call returns, as CUDA does it.
#include <cstring>
#include <fmt/format.h>

#include "tests/cusim/api/call.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/memory/arena.h"
#include "tests/cusim/memory/host_memory.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {
namespace {

struct Copy {
  void* to;
  const void* from;
  std::size_t bytes;
  bool to_device, from_device;

  bool reads_pageable() const { return !from_device && !is_pinned(from, bytes); }
  bool writes_pageable() const { return !to_device && !is_pinned(to, bytes); }
};

bool is_usable(const void* address, std::size_t bytes, bool device) {
  return address != nullptr && (!device || arena().holds(address, bytes));
}

cudaError_t run(const Copy& copy) {
  if (!is_usable(copy.to, copy.bytes, copy.to_device) ||
      !is_usable(copy.from, copy.bytes, copy.from_device)) {
    report(fmt::format("a copy of {} bytes runs after its memory was freed", copy.bytes));
    return cudaErrorIllegalAddress;
  }
  std::memmove(copy.to, copy.from, copy.bytes);
  return cudaSuccess;
}

// Fills `copy` from the arguments of a call.
cudaError_t understand(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, Copy& copy) {
  copy = {to, from, bytes, arena().contains(to), arena().contains(from)};
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (kind != cudaMemcpyDefault && (to_device != copy.to_device || from_device != copy.from_device)) {
    return cudaErrorInvalidValue;
  }
  if (!is_usable(to, bytes, copy.to_device) || !is_usable(from, bytes, copy.from_device)) {
    return cudaErrorInvalidValue;
  }
  return cudaSuccess;
}

const char* name_of(const Copy& copy) {
  if (copy.to_device && copy.from_device) return "copy on the device";
  if (copy.to_device) return copy.reads_pageable() ? "copy from pageable memory" : "copy to the device";
  if (copy.from_device) return copy.writes_pageable() ? "copy to pageable memory" : "copy to the host";
  return "copy on the host";
}

std::function<cudaError_t()> work_of(const Copy& copy) {
  if (!copy.reads_pageable()) return [copy] { return run(copy); };
  const auto* first = static_cast<const char*>(copy.from);
  const auto taken = std::make_shared<const std::vector<char>>(first, first + copy.bytes);
  return [copy, taken] {
    Copy of_taken = copy;
    of_taken.from = taken->data();
    return run(of_taken);
  };
}

cudaError_t copy_on(cudaStream_t handle, const Copy& copy) {
  describe_call(name_of(copy), copy.bytes);
  Stream* stream = find_stream(handle);
  if (stream != nullptr && (copy.reads_pageable() || copy.writes_pageable())) {
    const cudaError_t error = refuse_captured(*stream);
    if (error != cudaSuccess) return error;
  }
  const cudaError_t error = enqueue(handle, {work_of(copy), cudaGraphNodeTypeMemcpy,
                                             fmt::format("{} of {} bytes", name_of(copy), copy.bytes)});
  if (error != cudaSuccess || !copy.writes_pageable()) return error;
  note_waiting();
  drain(*stream);
  return cudaSuccess;
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return call(stream, [&] {
    if (bytes == 0) return cudaSuccess;
    Copy copy = {};
    const cudaError_t error = understand(to, from, bytes, kind, copy);
    return error == cudaSuccess ? copy_on(stream, copy) : error;
  });
}

// On the null stream, which only blocking streams wait for.
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return call([&] {
    if (bytes == 0) return cudaSuccess;
    Copy copy = {};
    cudaError_t error = refuse_while_capturing();
    if (error == cudaSuccess) error = understand(to, from, bytes, kind, copy);
    if (error != cudaSuccess) return error;
    describe_call(name_of(copy), copy.bytes);
    note_waiting();
    drain_blocking();
    const OpenArena open;
    const RunningWork logged(fmt::format("{} of {} bytes", name_of(copy), copy.bytes), null_stream().number);
    return run(copy);
  });
}
