// Makes a device current for a scope and leaves the thread's CUDA device as it was: an embedding program may
// use CUDA itself.
#pragma once

#include "cuda/private/check.h"

namespace yy::cuda {

class DeviceScope {
 public:
  explicit DeviceScope(int device) {
    YY_CUDA(cudaGetDevice(&before_));
    if (before_ != device) YY_CUDA(cudaSetDevice(device));
    changed_ = before_ != device;
  }
  ~DeviceScope() {
    if (changed_) cudaSetDevice(before_);
  }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  int before_ = 0;
  bool changed_ = false;
};

}  // namespace yy::cuda
