// The CUDA backend on the device that this program was linked with: a simulated one or a GPU.
#include "cuda/cuda_backend.h"
#include "ops/devices.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/ops/backends.h"

namespace yy::test {

Backend& cuda_backend() {
  static const std::unique_ptr<Backend> cuda = make_cuda_backend(0);
  return *cuda;
}

const std::vector<DeviceUnderTest>& devices_under_test() {
  static const std::vector<DeviceUnderTest> all{{&cuda_backend(), devices::CUDA, {1}}};
  return all;
}

}  // namespace yy::test
