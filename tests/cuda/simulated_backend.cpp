// The backend of the simulated device: with own kernels alone, or, where YY_CUDNN_DEVICE names a described
// GPU (t4, a100, h100), with cuDNN's plans for that one.
#include <cstdlib>
#include <iostream>

#include "cuda/private/backend.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/cuda/cudnn_stand_in.h"

namespace yy::test {
namespace {

std::unique_ptr<Backend> make() {
  const char* device = std::getenv("YY_CUDNN_DEVICE");
  if (device == nullptr)
    return cuda::make_backend(0, std::make_shared<const cuda::Libraries>(cuda::open_libraries("", "")),
                              false);
  const auto libraries = libraries_with_stand_in(device);
  if (libraries == nullptr) {
    std::cout << "skipped: cuDNN is not installed\n";
    std::exit(77);
  }
  return cuda::make_backend(0, libraries, true);
}

}  // namespace

Backend& cuda_backend() {
  static const std::unique_ptr<Backend> cuda = make();
  return *cuda;
}

}  // namespace yy::test
