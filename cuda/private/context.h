// What the kernel factories of this room share.
#pragma once

#include <cuda_runtime_api.h>
#include <memory>
#include <string>

#include "runtime/backend.h"
#include "runtime/kernel.h"

namespace yy::cuda {

struct CublasLtDevice;
struct CudnnDevice;
struct Libraries;
struct Tuning;

// The device that kernels are made for.
struct Context {
  int device = 0;
  std::string name;
  int major = 0, minor = 0;  // compute capability
  int multiprocessors = 1;
  std::shared_ptr<const Libraries> libraries;      // cuDNN and cuBLASLt, as far as they were found
  std::shared_ptr<const CudnnDevice> cudnn;        // null where it cannot be used:
  std::string cudnn_trouble;                       // why
  std::shared_ptr<const CublasLtDevice> cublaslt;  // likewise
  std::string cublaslt_trouble;
  std::shared_ptr<Tuning> tuning;  // null where layers are not measured
};

// Of every tensor and workspace: what cudaMalloc gives, and so what cuDNN's workspaces usually have.
inline constexpr std::size_t arena_alignment = 256;

// Elements between a pixel of output 0 and the next where that may be written as a slice; else 0.
inline int gap_of(const KernelRequest& request) {
  const TensorDesc& y = request.outputs[0];
  if (request.slice_pitch == 0 || y.layout != Layout::channels_last) return 0;
  return static_cast<int>(request.slice_pitch - y.shape[1]);
}

// The CUDA stream of a stream that this room's backend made.
cudaStream_t handle(Stream& stream);

// A kernel that one call of `run(binding, stream)` enqueues. `run` owns what it needs by value.
template <class Run>
Kernel kernel_of(std::string implementation, Run run) {
  Kernel kernel;
  kernel.implementation = std::move(implementation);
  kernel.bind = [run = std::move(run)](const Binding& binding) -> Launch {
    return [run, binding](Stream& stream) { run(binding, handle(stream)); };
  };
  return kernel;
}

}  // namespace yy::cuda
