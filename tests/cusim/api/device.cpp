// The machine and its one device, as tests describe it.
#include <cstdio>
#include <cstring>

#include "tests/cusim/api/call.h"
#include "tests/cusim/control.h"
#include "tests/cusim/engine/asan.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/faults.h"
#include "tests/cusim/engine/limits.h"
#include "tests/cusim/engine/settings.h"
#include "tests/cusim/memory/arena.h"
#include "tests/cusim/race/race.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {

void configure(const Schedule& schedule) {
  const std::lock_guard lock(device_mutex());
  settings().schedule = schedule;
  settings().random.seed(schedule.seed);
}

void set_machine(const Machine& machine) {
  const std::lock_guard lock(device_mutex());
  settings().machine = machine;
}

void reset() {
  const std::lock_guard lock(device_mutex());
  drop_all_work();
  forget_failure();
  forget_faults();
  (void)cudaGetLastError();
}

bool has_address_sanitizer() {
  return has_asan;
}

bool has_race_detection() {
  return race::enabled;
}

std::size_t allocated_bytes() {
  const std::lock_guard lock(device_mutex());
  return arena().allocated_bytes();
}

namespace {

cudaError_t attribute(cudaDeviceAttr which, int& value) {
  const Machine& machine = settings().machine;
  switch (which) {
    case cudaDevAttrComputeCapabilityMajor:
      value = machine.major;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      value = machine.minor;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      value = machine.multiprocessors;
      return cudaSuccess;
    case cudaDevAttrClockRate:
      value = 1'000'000;  // kHz
      return cudaSuccess;
    case cudaDevAttrWarpSize:
      value = warp_size;
      return cudaSuccess;
    case cudaDevAttrMaxThreadsPerBlock:
      value = most_threads;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      value = static_cast<int>(default_shared_bytes);
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      value = static_cast<int>(opt_in_shared_bytes());
      return cudaSuccess;
    case cudaDevAttrMemoryPoolsSupported:
      value = 1;
      return cudaSuccess;
    default:
      report("an attribute of the device was asked for that the simulation does not have");
      return cudaErrorNotSupported;
  }
}

cudaDeviceProp properties() {
  const Machine& machine = settings().machine;
  cudaDeviceProp all = {};
  std::snprintf(all.name, sizeof(all.name), "simulated device");
  all.totalGlobalMem = machine.memory_bytes;
  all.sharedMemPerBlock = default_shared_bytes;
  all.sharedMemPerBlockOptin = opt_in_shared_bytes();
  all.regsPerBlock = 65536;
  all.warpSize = warp_size;
  all.maxThreadsPerBlock = most_threads;
  all.maxThreadsDim[0] = all.maxThreadsDim[1] = most_threads;
  all.maxThreadsDim[2] = 64;
  all.maxGridSize[0] = 0x7fffffff;
  all.maxGridSize[1] = all.maxGridSize[2] = 65535;
  all.major = machine.major;
  all.minor = machine.minor;
  all.multiProcessorCount = machine.multiprocessors;
  all.maxThreadsPerMultiProcessor = 2048;
  all.memoryPoolsSupported = 1;
  return all;
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

// Without a driver this is the one function that succeeds, with 0.
cudaError_t cudaDriverGetVersion(int* version) {
  *version = settings().machine.driver_version;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

// Leaves the count alone where there is nothing to count.
cudaError_t cudaGetDeviceCount(int* count) {
  return call([&] {
    *count = settings().machine.devices;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDevice(int* device) {
  return call([&] {
    *device = 0;
    return cudaSuccess;
  });
}

cudaError_t cudaSetDevice(int device) {
  return call([&] { return device == 0 ? cudaSuccess : cudaErrorInvalidDevice; });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* prop, int device) {
  return call([&] {
    if (device != 0) return cudaErrorInvalidDevice;
    *prop = properties();
    return cudaSuccess;
  });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr which, int device) {
  return call([&] { return device == 0 ? attribute(which, *value) : cudaErrorInvalidDevice; });
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  return call([&] {
    *total = settings().machine.memory_bytes;
    *free = *total - arena().allocated_bytes();
    return cudaSuccess;
  });
}

cudaError_t cudaDeviceSynchronize() {
  return call([] {
    const cudaError_t error = refuse_while_capturing();
    if (error != cudaSuccess) return error;
    note_waiting();
    drain_all();
    return cudaSuccess;
  });
}

cudaError_t cudaFuncSetAttribute(const void* kernel, cudaFuncAttribute attribute, int value) {
  return call([&] {
    if (attribute == cudaFuncAttributePreferredSharedMemoryCarveout) return cudaSuccess;
    if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value < 0) return cudaErrorInvalidValue;
    return allow_dynamic_shared(kernel, static_cast<std::size_t>(value));
  });
}
