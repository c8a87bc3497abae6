#include "cpu/cpu_backend.h"
#include "ops/devices.h"
#include "tests/ops/backends.h"

namespace yy::test {

const std::vector<DeviceUnderTest>& devices_under_test() {
  static const std::unique_ptr<Backend> cpu = make_cpu_backend();
  static const std::vector<DeviceUnderTest> all{{cpu.get(), devices::CPU, {1, 2}}};
  return all;
}

}  // namespace yy::test
