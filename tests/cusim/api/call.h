// What every function of the runtime library does around its own work.
#pragma once

#include <cuda_runtime_api.h>
#include <mutex>
#include <utility>

#include "tests/cusim/engine/faults.h"
#include "tests/cusim/engine/log.h"
#include "tests/cusim/streams/stream.h"

namespace yy::cusim {

// Held while a call is at work on the device.
std::recursive_mutex& device_mutex();

// What is wrong with the machine: no driver, too old a driver, no device.
cudaError_t machine_error();

// Keeps it for cudaGetLastError of this thread.
cudaError_t remember(cudaError_t error);

// `work()` returns an error; an earlier one of the machine or the device comes first. The log has the call by
// the name of the function that it is made in.
template <class F>
cudaError_t call(cudaStream_t stream, F&& work, const char* name = __builtin_FUNCTION()) {
  const std::lock_guard lock(device_mutex());
  const LoggedCall logged(name, stream);
  cudaError_t error = machine_error();
  if (error == cudaSuccess) error = sticky_error();
  if (error == cudaSuccess) error = error_for_call(name);
  if (error == cudaSuccess) error = work();
  if (error == cudaSuccess) error = sticky_error();
  return remember(error);
}

template <class F>
cudaError_t call(F&& work, const char* name = __builtin_FUNCTION()) {
  return call(nullptr, std::forward<F>(work), name);
}

// The same for a function that ends something: an error of the device is what it returns, but does not keep
// it from that.
template <class F>
cudaError_t ending_call(cudaStream_t stream, F&& work, const char* name = __builtin_FUNCTION()) {
  const std::lock_guard lock(device_mutex());
  const LoggedCall logged(name, stream);
  cudaError_t error = machine_error();
  if (error == cudaSuccess) error = error_for_call(name);
  if (error == cudaSuccess) error = work();
  return remember(sticky_error() == cudaSuccess ? error : sticky_error());
}

template <class F>
cudaError_t ending_call(F&& work, const char* name = __builtin_FUNCTION()) {
  return ending_call(nullptr, std::forward<F>(work), name);
}

}  // namespace yy::cusim
