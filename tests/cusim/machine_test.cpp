// Machines without a driver or device, and what a device says of itself.
#include "tests/cusim/simulation_test.h"

namespace yy::cusim {
namespace {

class Machines : public SimulationTest {
 protected:
  // Every call that needs a device gives this error, and touches nothing.
  static void expect_all_fail_with(cudaError_t error) {
    int count = -1;
    EXPECT_EQ(cudaGetDeviceCount(&count), error);
    EXPECT_EQ(count, -1);
    void* memory = nullptr;
    cudaStream_t stream = nullptr;
    EXPECT_EQ(cudaSetDevice(0), error);
    EXPECT_EQ(cudaMalloc(&memory, 4), error);
    EXPECT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), error);
    EXPECT_EQ(launch_for_test("count", {}, nullptr, 0, nullptr), error);
    EXPECT_EQ(cudaGetLastError(), error);
  }
};

TEST_F(Machines, WithoutADriver) {
  Machine machine;
  machine.driver_version = 0;
  set_machine(machine);
  int version = -1;
  EXPECT_EQ(cudaDriverGetVersion(&version), cudaSuccess);
  EXPECT_EQ(version, 0);
  EXPECT_EQ(cudaRuntimeGetVersion(&version), cudaSuccess);
  EXPECT_EQ(version, CUDART_VERSION);
  expect_all_fail_with(cudaErrorInsufficientDriver);
}

TEST_F(Machines, WithAnOldDriver) {
  Machine machine;
  machine.driver_version = 12080;
  set_machine(machine);
  int version = -1;
  EXPECT_EQ(cudaDriverGetVersion(&version), cudaSuccess);
  EXPECT_EQ(version, 12080);
  expect_all_fail_with(cudaErrorInsufficientDriver);
}

TEST_F(Machines, WithoutADevice) {
  Machine machine;
  machine.devices = 0;
  set_machine(machine);
  expect_all_fail_with(cudaErrorNoDevice);
}

TEST_F(Machines, TheDeviceIsAsDescribed) {
  Machine machine;
  machine.major = 9;
  machine.multiprocessors = 132;
  machine.memory_bytes = 123456789;
  set_machine(machine);
  int value = -1;
  EXPECT_EQ(cudaGetDeviceCount(&value), cudaSuccess);
  EXPECT_EQ(value, 1);
  EXPECT_EQ(cudaGetDevice(&value), cudaSuccess);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(cudaSetDevice(1), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaDeviceGetAttribute(&value, cudaDevAttrMultiProcessorCount, 0), cudaSuccess);
  EXPECT_EQ(value, 132);
  EXPECT_EQ(cudaDeviceGetAttribute(&value, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0), cudaSuccess);
  EXPECT_EQ(value, 227 << 10);
  cudaDeviceProp properties = {};
  EXPECT_EQ(cudaGetDeviceProperties(&properties, 0), cudaSuccess);
  EXPECT_STREQ(properties.name, "simulated device");
  EXPECT_EQ(properties.major * 10 + properties.minor, 90);
  EXPECT_EQ(properties.totalGlobalMem, 123456789U);
  EXPECT_EQ(properties.warpSize, 32);
}

TEST_F(Machines, SchedulesHaveNames) {
  EXPECT_EQ(schedule_named("reverse").order, Schedule::Order::reverse);
  EXPECT_EQ(schedule_named("random:17").seed, 17U);
  EXPECT_EQ(schedule_named("resident").resident_blocks, 4);
  EXPECT_GT(schedule_named("preempt:2").preemption, 0);
  EXPECT_THROW(schedule_named("backwards"), std::invalid_argument);
  EXPECT_THROW(schedule_named("random:x"), std::invalid_argument);
}

}  // namespace
}  // namespace yy::cusim
