// The backend of the simulated device: with own kernels alone, or, where YY_CUDNN_DEVICE names a described
// GPU (t4, a100, h100), with cuDNN's plans for that one.
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

#include "cuda/private/backend.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/cuda/cudnn_stand_in.h"

namespace yy::test {
namespace {

const char* described_device() {
  return std::getenv("YY_CUDNN_DEVICE");
}

std::unique_ptr<Backend> make() {
  if (described_device() != nullptr)
    return cuda::make_backend(0, libraries_with_stand_in(described_device()), true);
  return cuda::make_backend(0, std::make_shared<const cuda::Libraries>(cuda::open_libraries("", "")), false);
}

// Before all tests: whether there is a cuDNN. After them: whether it was used.
class WithCudnn : public testing::Environment {
 public:
  void SetUp() override {
    if (libraries_with_stand_in(described_device()) != nullptr) return;
    std::cout << "skipped: cuDNN is not installed" << std::endl;
    std::_Exit(77);
  }
  void TearDown() override { EXPECT_GT(stand_in_executions(), 0) << "no convolution was cuDNN's"; }
};

const auto* const environment =
    described_device() == nullptr ? nullptr : testing::AddGlobalTestEnvironment(new WithCudnn);

}  // namespace

Backend& cuda_backend() {
  static const std::unique_ptr<Backend> cuda = make();
  return *cuda;
}

}  // namespace yy::test
