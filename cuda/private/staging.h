// Pinned memory between the caller's and the device's, so that copies run beside the host's work. Grows to
// what is asked of it and then allocates nothing. One per stream; not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cuda_runtime_api.h>
#include <vector>

#include "cuda/private/handle.h"

namespace yy::cuda {

// Host to device. Buffers take turns; each is fenced by an event, since the device reads it some time after
// the call.
class Uploads {
 public:
  // `from` may be changed as soon as this returns.
  void enqueue(void* to, const void* from, std::size_t bytes, cudaStream_t stream);

 private:
  struct Slot {
    PinnedMemory memory;
    std::size_t bytes = 0;
    EventHandle read;  // when the device has read it
  };
  std::array<Slot, 8> slots_;
  std::size_t next_ = 0;
};

// Device to host: what arrived in pinned memory is handed on once the stream has been waited for.
class Downloads {
 public:
  // Not possible while the buffer is full: then the caller waits for the stream, calls deliver() and tries
  // again.
  bool enqueue(void* to, const void* from, std::size_t bytes, cudaStream_t stream);
  void deliver();

 private:
  struct Pending {
    void* to;
    std::size_t offset, bytes;
  };
  PinnedMemory memory_;
  std::size_t bytes_ = 0, used_ = 0;
  std::vector<Pending> pending_;
};

}  // namespace yy::cuda
