// NVIDIA GPUs as devices: own kernels, channels last, in float32, float16 or bfloat16 with float32 sums.
// Built with CUDA Toolkit 13 (CMake option YY_CUDA); where that was absent these functions exist too, and say
// so. The program needs no CUDA library to start: the driver, cuDNN and cuBLASLt are looked for when a device
// is.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/backend.h"

struct CUstream_st;  // cudaStream_t points at it

namespace yy {

struct CudaReport {
  struct Device {
    std::string name;        // "NVIDIA H100 80GB HBM3"
    std::string capability;  // compute capability, "9.0"
    std::size_t memory = 0;  // bytes
    std::size_t free = 0;    // bytes that nobody has taken
    // What all CUDA cores do in float32 at the device's highest clock, a multiply-add being two; 0 where the
    // architecture is not known here.
    double flops_per_second = 0;
    std::string trouble;  // why it cannot be used; empty where it can
  };
  struct Library {
    std::string name;     // "cuDNN"
    std::string version;  // "9.19.0"; empty where it is not usable
    std::string trouble;  // why
  };
  bool built = false;              // this program holds CUDA code
  std::string trouble;             // why no device can be used at all; empty where one may
  std::vector<Device> devices;     // by number
  std::vector<Library> libraries;  // not needed: own kernels stand in for them
};

struct CudaOptions {
  // Each layer is measured with all that can compute it, cuDNN and cuBLASLt among that where they are there,
  // and what is fastest is kept in this file, by device, library versions and problem. Empty: layers are not
  // measured, and own kernels compute all.
  std::string tuning_file = {};
  // Of a damaged or outdated file, say; may be called while networks are compiled, by the thread that does,
  // and must not use the backend then.
  std::function<void(const std::string&)> warn = {};
  // What is recorded is played as a CUDA graph, whose loops the device decides on; else piece by piece, and
  // the host reads four bytes before each turn of a loop, as where the driver has no such graphs. Both give
  // the same.
  bool graphs = true;
  // Launches run one at a time in the whole process, and the host waits for each, so that an error of the
  // device names the node that it comes from; nothing is a graph then, and times are the host's. Else such an
  // error comes with some later call. YY_CUDA_DEBUG=1 in the environment does the same.
  bool debug = false;
};

// What is usable here and why the rest is not. Does not throw.
CudaReport report_cuda();

// Device number `device`. Throws Error: device with the reason where it cannot be used, usage where the
// tuning file is something else. Safe to use from several threads; each call of the backend and its streams
// leaves the thread's current CUDA device as it was.
std::unique_ptr<Backend> make_cuda_backend(int device = 0, const CudaOptions& options = {});

// A stream of the embedding program's, for work that is to run in its order: Executor::run, or
// DeviceCascade::push of crops that the device holds. It stays the program's, and has to outlive what is
// returned, whose destructor waits for it. `backend` is a CUDA device, else Error (usage), and the stream of
// that device.
std::unique_ptr<Stream> borrow_cuda_stream(const Backend& backend, CUstream_st* stream);

}  // namespace yy
