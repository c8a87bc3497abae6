// A CUDA stream with its staging buffers.
#pragma once

#include <vector>

#include "cuda/private/handle.h"
#include "cuda/private/libraries.h"
#include "cuda/private/staging.h"
#include "runtime/kernel.h"

namespace yy::cuda {

class CudaEvent : public Event {
 public:
  explicit CudaEvent(int device);

  void wait() override;
  cudaEvent_t get() const { return event_.get(); }

 private:
  int device_;
  EventHandle event_;
};

// CudaOptions of the same names.
struct StreamOptions {
  bool graphs = true, debug = false;
};

class CudaStream : public Stream {
 public:
  explicit CudaStream(int device, StreamOptions options = {});
  CudaStream(int device, cudaStream_t borrowed, StreamOptions options);  // not owned
  ~CudaStream() override;

  void run(std::span<const Launch> launches) override;
  void copy_in(void* to, const void* from, std::size_t bytes) override;
  void copy_out(void* to, const void* from, std::size_t bytes) override;
  void upload(void* to, const void* staging, std::size_t bytes) override;
  void download(void* staging, const void* from, std::size_t bytes) override;
  void copy(void* to, const void* from, std::size_t bytes) override;
  void wait() override;
  void signal(Event& event) override;
  void wait_for(const Event& event) override;
  std::unique_ptr<Recording> record(Recipe recipe) override;
  double run_timed(std::span<const Launch> launches) override;
  void run_timed(std::span<const Launch> launches, std::span<double> seconds) override;
  cudaStream_t get() const { return stream_; }
  int device() const { return device_; }
  // cuDNN's handle for this stream, made when it is first asked for. Throws Error (device).
  cudnn::Handle cudnn(const std::shared_ptr<const Libraries>& libraries);

 private:
  void enqueue(const Launch& launch);
  void reserve_timers(std::size_t count);
  double seconds_between(std::size_t first, std::size_t last) const;

  int device_;
  StreamOptions options_;
  StreamHandle own_;  // null where it is borrowed
  cudaStream_t stream_;
  Uploads uploads_;
  Downloads downloads_;
  std::vector<EventHandle> timers_;  // of run_timed, made when it first needs them
  std::shared_ptr<void> cudnn_;
};

}  // namespace yy::cuda
