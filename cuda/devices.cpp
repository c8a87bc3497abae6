#include "cuda/private/devices.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "cuda/cuda_backend.h"
#include "cuda/kernels/canary.h"
#include "cuda/private/device_scope.h"
#include "cuda/private/handle.h"
#include "cuda/private/libraries.h"
#include "runtime/error.h"

namespace yy {
namespace cuda {
namespace {

constexpr int oldest_capability = 75;  // the oldest that CUDA Toolkit 13 compiles for

// CUDA packs 13.0 into 13000.
std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  YY_CUDA(cudaDeviceGetAttribute(&value, which, device));
  return value;
}

int capability_of(int device) {
  return 10 * attribute(cudaDevAttrComputeCapabilityMajor, device) +
         attribute(cudaDevAttrComputeCapabilityMinor, device);
}

// Launches a kernel that does nothing: this finds out whether there is code for the device, and makes its
// context.
std::string kernel_trouble(int device) {
  const DeviceScope scope(device);
  const StreamHandle stream = make_stream();
  const cudaError_t status = launch_canary(stream.get());
  if (status == cudaErrorNoKernelImageForDevice || status == cudaErrorUnsupportedPtxVersion) {
    cudaGetLastError();  // not sticky: the next call should not report it again
    return fmt::format(
        "this program holds no code for compute capability {}; build it with -DYY_CUDA_ARCHITECTURES={}",
        capability_of(device) / 10.0, capability_of(device));
  }
  YY_CUDA(status);
  YY_CUDA(cudaStreamSynchronize(stream.get()));
  return "";
}

// Results of float32 multiply-adds per clock and multiprocessor. Source: CUDA Programming Guide, table of
// arithmetic throughput. 0 where it is not known.
int lanes_of(int capability) {
  switch (capability) {
    case 75:
    case 80:
      return 64;
    case 86:
    case 87:
    case 89:
    case 90:
    case 100:
    case 103:
    case 120:
      return 128;
    default:
      return 0;
  }
}

double flops_per_second(int device) {
  const double hertz = 1e3 * attribute(cudaDevAttrClockRate, device);
  return 2 * hertz * attribute(cudaDevAttrMultiProcessorCount, device) * lanes_of(capability_of(device));
}

CudaReport::Device describe(int device) {
  CudaReport::Device described;
  cudaDeviceProp properties{};
  YY_CUDA(cudaGetDeviceProperties(&properties, device));
  described.name = properties.name;
  described.capability = fmt::format("{}.{}", properties.major, properties.minor);
  described.memory = properties.totalGlobalMem;
  described.trouble = device_trouble(device);
  if (!described.trouble.empty()) return described;
  described.flops_per_second = flops_per_second(device);
  const DeviceScope scope(device);
  std::size_t total = 0;
  YY_CUDA(cudaMemGetInfo(&described.free, &total));
  return described;
}

}  // namespace

std::string driver_trouble() {
  int driver = 0, runtime = 0;
  cudaRuntimeGetVersion(&runtime);
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
    return "no NVIDIA driver was found (libcuda.so.1)";
  }
  if (driver / 1000 < runtime / 1000) {
    return fmt::format("the NVIDIA driver is too old: it supports CUDA {}, this program needs {}.0",
                       version_text(driver), runtime / 1000);
  }
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaErrorNoDevice || (status == cudaSuccess && count == 0)) {
    return "the NVIDIA driver finds no device (is CUDA_VISIBLE_DEVICES set?)";
  }
  if (status != cudaSuccess) return fmt::format("the NVIDIA driver fails: {}", cudaGetErrorString(status));
  return "";
}

int device_count() {
  int count = 0;
  return driver_trouble().empty() && cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

std::string device_trouble(int device) {
  try {
    if (const int capability = capability_of(device); capability < oldest_capability) {
      return fmt::format("its compute capability is {}, this program needs {} or newer", capability / 10.0,
                         oldest_capability / 10.0);
    }
    return kernel_trouble(device);
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace cuda

CudaReport report_cuda() {
  CudaReport report;
  report.built = true;
  report.trouble = cuda::driver_trouble();
  try {
    for (int device = 0; device < cuda::device_count(); ++device) {
      report.devices.push_back(cuda::describe(device));
    }
  } catch (const Error& error) {
    report.trouble = error.what();
  }
  const cuda::Libraries libraries = cuda::open_libraries();
  report.libraries = {
      {libraries.cudnn.library.name, version_text(libraries.cudnn), libraries.cudnn.library.trouble},
      {libraries.cublaslt.library.name, version_text(libraries.cublaslt),
       libraries.cublaslt.library.trouble}};
  return report;
}

}  // namespace yy
