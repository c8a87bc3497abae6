// What the tests of the simulated device share: a stream, device memory, and kernels that do one thing.
#pragma once

#include <cuda_runtime_api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cusim/control.h"
#include "tests/cusim/kernels_for_tests.h"

namespace yy::cusim {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StreamHandle {
 public:
  StreamHandle() { EXPECT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess); }
  ~StreamHandle() { cudaStreamDestroy(stream_); }
  StreamHandle(const StreamHandle&) = delete;
  StreamHandle& operator=(const StreamHandle&) = delete;
  operator cudaStream_t() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

class EventHandle {
 public:
  EventHandle() { EXPECT_EQ(cudaEventCreate(&event_), cudaSuccess); }
  ~EventHandle() { cudaEventDestroy(event_); }
  EventHandle(const EventHandle&) = delete;
  EventHandle& operator=(const EventHandle&) = delete;
  operator cudaEvent_t() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

// `Count` integers on the device.
class Ints {
 public:
  explicit Ints(int count) : count_(count) {
    EXPECT_EQ(cudaMalloc(reinterpret_cast<void**>(&data_), bytes()), cudaSuccess);
  }
  ~Ints() { cudaFree(data_); }
  Ints(const Ints&) = delete;
  Ints& operator=(const Ints&) = delete;
  operator int*() const { return data_; }
  std::size_t bytes() const { return static_cast<std::size_t>(count_) * sizeof(int); }

  // Waits for the stream.
  std::vector<int> read(cudaStream_t stream) const {
    std::vector<int> values(static_cast<std::size_t>(count_));
    EXPECT_EQ(cudaMemcpyAsync(values.data(), data_, bytes(), cudaMemcpyDeviceToHost, stream), cudaSuccess);
    return values;
  }

 private:
  int* data_ = nullptr;
  int count_;
};

// Page-locked integers, all -1.
class PinnedInts {
 public:
  explicit PinnedInts(int count) {
    EXPECT_EQ(cudaMallocHost(reinterpret_cast<void**>(&data_), static_cast<std::size_t>(count) * sizeof(int)),
              cudaSuccess);
  }
  ~PinnedInts() { cudaFreeHost(data_); }
  PinnedInts(const PinnedInts&) = delete;
  PinnedInts& operator=(const PinnedInts&) = delete;
  operator int*() const { return data_; }

 private:
  int* data_ = nullptr;
};

// Each test begins with a device that does all in order, and leaves no failure behind.
class SimulationTest : public ::testing::Test {
 protected:
  SimulationTest() {
    reset();
    set_machine({});
    configure({});
  }
  ~SimulationTest() override {
    reset();
    set_machine({});
  }
};

inline cudaError_t run(std::string_view kernel, const TestLaunch& shape, int* data, int n,
                       cudaStream_t stream) {
  const cudaError_t error = launch_for_test(kernel, shape, data, n, stream);
  return error == cudaSuccess ? cudaStreamSynchronize(stream) : error;
}

}  // namespace yy::cusim
