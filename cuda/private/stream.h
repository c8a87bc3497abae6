// A CUDA stream with its staging buffers.
#pragma once

#include "cuda/private/handle.h"
#include "cuda/private/libraries.h"
#include "cuda/private/staging.h"
#include "runtime/kernel.h"

namespace yy::cuda {

class CudaStream : public Stream {
 public:
  explicit CudaStream(int device);
  ~CudaStream() override;

  void run(std::span<const Launch> launches) override;
  void copy_in(void* to, const void* from, std::size_t bytes) override;
  void copy_out(void* to, const void* from, std::size_t bytes) override;
  void wait() override;
  double run_timed(std::span<const Launch> launches) override;
  cudaStream_t get() const { return stream_.get(); }
  // cuDNN's handle for this stream, made when it is first asked for. Throws Error (device).
  cudnn::Handle cudnn(const std::shared_ptr<const Libraries>& libraries);

 private:
  int device_;
  StreamHandle stream_;
  Uploads uploads_;
  Downloads downloads_;
  EventHandle start_, stop_;  // of run_timed, made when it first runs
  std::shared_ptr<void> cudnn_;
};

}  // namespace yy::cuda
