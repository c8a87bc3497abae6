// What the backend says of machines that it cannot use, each described to the simulated device.
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cuda/cuda_backend.h"
#include "cuda/private/libraries.h"
#include "runtime/error.h"
#include "tests/cusim/control.h"
#include "yy/device.h"

namespace yy::test {
namespace {

using cusim::Machine;
using testing::HasSubstr;

class Machines : public testing::Test {
 protected:
  void TearDown() override {
    cusim::set_machine({});
    cusim::reset();
  }

  static std::string refusal(const std::function<void()>& act) {
    try {
      act();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::device);
      return error.what();
    }
    return "";
  }
  static std::string refusal_of(int device = 0) {
    return refusal([device] { make_cuda_backend(device); });
  }
};

TEST_F(Machines, OneThatWorks) {
  EXPECT_EQ(refusal_of(), "");
  const CudaReport report = report_cuda();
  EXPECT_TRUE(report.built);
  EXPECT_EQ(report.trouble, "");
  ASSERT_EQ(report.devices.size(), 1U);
  EXPECT_EQ(report.devices[0].trouble, "");
  EXPECT_EQ(report.devices[0].capability, "8.0");
  // 64 multiply-adds per clock and multiprocessor of 8.0; the simulated clock is 1 GHz.
  EXPECT_DOUBLE_EQ(report.devices[0].flops_per_second, 2 * 1e9 * 64 * Machine().multiprocessors);
}

TEST_F(Machines, NoDriver) {
  Machine machine;
  machine.driver_version = 0;
  cusim::set_machine(machine);
  EXPECT_THAT(refusal_of(), HasSubstr("no NVIDIA driver was found"));
  EXPECT_THAT(report_cuda().trouble, HasSubstr("no NVIDIA driver was found"));
  EXPECT_TRUE(report_cuda().devices.empty());
  const OpenedDevice opened = open_device("auto");
  EXPECT_EQ(opened.backend->name(), "cpu");
  EXPECT_THAT(opened.note, HasSubstr("no NVIDIA driver was found"));
}

TEST_F(Machines, DriverTooOld) {
  Machine machine;
  machine.driver_version = 12040;
  cusim::set_machine(machine);
  EXPECT_THAT(refusal_of(), HasSubstr("too old: it supports CUDA 12.4, this program needs 13.0"));
}

TEST_F(Machines, NoDevice) {
  Machine machine;
  machine.devices = 0;
  cusim::set_machine(machine);
  EXPECT_THAT(refusal_of(), HasSubstr("finds no device"));
}

TEST_F(Machines, NoDeviceOfThatNumber) {
  EXPECT_THAT(refusal_of(1), HasSubstr("cuda:1 is not there: found 1 CUDA device, cuda:0"));
  EXPECT_THAT(refusal_of(-1), HasSubstr("cuda:-1 is not there"));
}

TEST_F(Machines, DeviceTooOld) {
  Machine machine;
  machine.major = 6;
  machine.minor = 1;
  cusim::set_machine(machine);
  EXPECT_THAT(refusal_of(), HasSubstr("compute capability is 6.1, this program needs 7.5 or newer"));
  EXPECT_THAT(report_cuda().devices.at(0).trouble, HasSubstr("6.1"));
}

TEST_F(Machines, Bfloat16FromCapability8On) {
  EXPECT_EQ(make_cuda_backend()->support(Precision::bf16), Support::native);
  Machine machine;
  machine.major = 7;
  machine.minor = 5;
  cusim::set_machine(machine);
  const auto backend = make_cuda_backend();
  EXPECT_EQ(backend->support(Precision::bf16), Support::none);
  EXPECT_EQ(backend->support(Precision::f16), Support::native);
  EXPECT_THAT(refusal([&] { choose_precision("bf16", *backend); }),
              HasSubstr("cuda:0' cannot compute in bf16"));
}

TEST_F(Machines, MemoryTooShort) {
  const auto backend = make_cuda_backend();
  Machine machine;
  machine.memory_bytes = cusim::allocated_bytes() + 1'000'000;
  cusim::set_machine(machine);
  EXPECT_THAT(refusal([&] { backend->allocate(50'000'000); }),
              testing::AllOf(HasSubstr("bytes short"), HasSubstr("50000000 are needed")));
  EXPECT_EQ(refusal([&] { backend->allocate(1000); }), "") << "one refusal is not the end";
}

TEST_F(Machines, LibrariesThatAreMissing) {
  const cuda::Libraries libraries = cuda::open_libraries("libno_cudnn.so.9", "libno_cublaslt.so.13");
  EXPECT_THAT(libraries.cudnn.library.trouble, HasSubstr("libno_cudnn.so.9"));
  EXPECT_THAT(libraries.cublaslt.library.trouble, HasSubstr("libno_cublaslt.so.13"));
  EXPECT_EQ(version_text(libraries.cudnn), "");
  EXPECT_EQ(version_text(libraries.cublaslt), "");
}

TEST_F(Machines, ALibraryWithoutTheFunctionsIsMissing) {
  const cuda::Libraries libraries = cuda::open_libraries("libm.so.6", "libm.so.6");
  EXPECT_THAT(libraries.cudnn.library.trouble, HasSubstr("cudnnGetVersion"));
  EXPECT_EQ(libraries.cudnn.library.handle, nullptr);
}

TEST_F(Machines, NamesOfDevices) {
  for (const char* name : {"cpu", "auto", "cuda", "cuda:0", "cuda:12"})
    EXPECT_TRUE(is_device_name(name)) << name;
  for (const char* name : {"", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda0", "CUDA", "cuda:99999999999"}) {
    EXPECT_FALSE(is_device_name(name)) << name;
  }
  EXPECT_EQ(open_device("cuda:0").backend->name(), "cuda:0");
  EXPECT_EQ(open_device("auto").backend->name(), "cuda:0");
}

}  // namespace
}  // namespace yy::test
