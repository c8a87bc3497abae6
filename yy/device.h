// Devices by the names that users give them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cuda/cuda_backend.h"
#include "runtime/backend.h"

namespace yy {

struct OpenedDevice {
  std::shared_ptr<const Backend> backend;
  std::string note;  // "auto" that fell back to the CPU: why; else empty
};

// Whether `name` is "cpu", "cuda", "cuda:N" or "auto".
bool is_device_name(std::string_view name);

// "cpu"; "cuda:N", a CUDA device by number; "cuda", the first; "auto", the first CUDA device that can be
// used, else the CPU. `cuda` is for CUDA devices. Throws Error: usage for another name, for a tuning file
// that is something else and for one with "cpu"; device with the reason where the device cannot be used.
OpenedDevice open_device(std::string_view name, const CudaOptions& cuda = {});

}  // namespace yy
