// The backend of the simulated device: with own kernels alone; where YY_CUDNN_DEVICE names a described GPU
// (t4, a100, h100), with cuDNN's plans for that one; with YY_CUBLASLT=1, with cuBLASLt's products.
#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

#include "cuda/private/backend.h"
#include "tests/cuda/cublaslt_stand_in.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/cuda/cudnn_stand_in.h"

namespace yy::test {
namespace {

const char* described_device() {
  return std::getenv("YY_CUDNN_DEVICE");
}

bool has_cublaslt() {
  return std::getenv("YY_CUBLASLT") != nullptr;
}

// Null where a library that is asked for is not installed.
std::shared_ptr<const cuda::Libraries> libraries() {
  if (described_device() == nullptr && !has_cublaslt())
    return std::make_shared<const cuda::Libraries>(cuda::open_libraries("", ""));
  auto opened = std::make_shared<cuda::Libraries>(cuda::open_libraries());
  if (described_device() != nullptr) {
    const auto stand_in = libraries_with_stand_in(described_device());
    if (stand_in == nullptr) return nullptr;
    *opened = *stand_in;
  }
  if (has_cublaslt() && !add_cublaslt_stand_in(*opened)) return nullptr;
  return opened;
}

// Before all tests: whether the libraries that are asked for are there. After them: whether they were used.
class WithLibraries : public testing::Environment {
 public:
  void SetUp() override {
    if (libraries() != nullptr) return;
    std::cout << "skipped: a library is not installed" << std::endl;
    std::_Exit(77);
  }
  void TearDown() override {
    if (described_device() != nullptr) {
      EXPECT_GT(stand_in_executions(), 0) << "no convolution was cuDNN's";
    }
    if (has_cublaslt()) {
      EXPECT_GT(cublaslt_stand_in_executions(), 0) << "no product was cuBLASLt's";
    }
  }
};

const auto* const environment = testing::AddGlobalTestEnvironment(new WithLibraries);

}  // namespace

Backend& cuda_backend() {
  static const std::unique_ptr<Backend> cuda =
      cuda::make_backend(0, libraries(), {described_device() != nullptr, has_cublaslt()});
  return *cuda;
}

std::shared_ptr<const Backend> without_graphs() {
  return cuda::make_backend(0, libraries(), {described_device() != nullptr, has_cublaslt()},
                            {.graphs = false});
}

}  // namespace yy::test
