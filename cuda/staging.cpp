#include "cuda/private/staging.h"

#include <algorithm>
#include <cstring>

#include "cuda/private/check.h"

namespace yy::cuda {
namespace {

constexpr std::size_t least = 4096;  // bytes of a buffer

// So that buffers that grow do so few times.
std::size_t rounded(std::size_t bytes) {
  std::size_t size = least;
  while (size < bytes) size *= 2;
  return size;
}

}  // namespace

StreamHandle make_stream() {
  cudaStream_t stream = nullptr;
  YY_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return StreamHandle(stream);
}

EventHandle make_event() {
  cudaEvent_t event = nullptr;
  YY_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return EventHandle(event);
}

EventHandle make_timer() {
  cudaEvent_t event = nullptr;
  YY_CUDA(cudaEventCreate(&event));
  return EventHandle(event);
}

PinnedMemory make_pinned(std::size_t bytes) {
  void* memory = nullptr;
  YY_CUDA(cudaMallocHost(&memory, bytes));
  return PinnedMemory(static_cast<std::byte*>(memory));
}

void Uploads::enqueue(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  Slot& slot = slots_[next_];
  next_ = (next_ + 1) % slots_.size();
  if (slot.read) {
    YY_CUDA(cudaEventSynchronize(slot.read.get()));
  } else {
    slot.read = make_event();
  }
  if (slot.bytes < bytes) {
    slot.bytes = 0;
    slot.memory.reset();
    slot.memory = make_pinned(rounded(bytes));
    slot.bytes = rounded(bytes);
  }
  std::memcpy(slot.memory.get(), from, bytes);
  YY_CUDA(cudaMemcpyAsync(to, slot.memory.get(), bytes, cudaMemcpyHostToDevice, stream));
  YY_CUDA(cudaEventRecord(slot.read.get(), stream));
}

bool Downloads::enqueue(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  if (used_ + bytes > bytes_) {
    if (used_ > 0) return false;
    memory_.reset();
    bytes_ = 0;
    memory_ = make_pinned(rounded(bytes));
    bytes_ = rounded(bytes);
  }
  YY_CUDA(cudaMemcpyAsync(memory_.get() + used_, from, bytes, cudaMemcpyDeviceToHost, stream));
  pending_.push_back({to, used_, bytes});
  used_ += bytes;
  return true;
}

void Downloads::deliver() {
  for (const Pending& copy : pending_) std::memcpy(copy.to, memory_.get() + copy.offset, copy.bytes);
  pending_.clear();
  used_ = 0;
}

}  // namespace yy::cuda
