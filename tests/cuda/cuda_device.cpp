// The CUDA backend on the device that this program was linked with: a simulated one or a GPU.
#include "ops/devices.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/ops/backends.h"

namespace yy::test {

const std::vector<DeviceUnderTest>& devices_under_test() {
  static const std::vector<DeviceUnderTest> all{{&cuda_backend(), devices::CUDA, {1}}};
  return all;
}

}  // namespace yy::test
