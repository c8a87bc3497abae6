// A CUDA stream with its staging buffers.
#pragma once

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

class CudaStream : public Stream {
 public:
  // Without `graphs`, what is recorded is enqueued piece by piece, and the host reads what decides on a loop.
  explicit CudaStream(int device, bool graphs = true);
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
  cudaStream_t get() const { return stream_.get(); }
  int device() const { return device_; }
  // cuDNN's handle for this stream, made when it is first asked for. Throws Error (device).
  cudnn::Handle cudnn(const std::shared_ptr<const Libraries>& libraries);

 private:
  int device_;
  bool graphs_;
  StreamHandle stream_;
  Uploads uploads_;
  Downloads downloads_;
  EventHandle start_, stop_;  // of run_timed, made when it first runs
  std::shared_ptr<void> cudnn_;
};

}  // namespace yy::cuda
