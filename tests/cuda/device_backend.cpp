// The backend of the GPU.
#include "cuda/cuda_backend.h"
#include "tests/cuda/cuda_backend.h"

namespace yy::test {

Backend& cuda_backend() {
  static const std::unique_ptr<Backend> cuda = make_cuda_backend(0);
  return *cuda;
}

std::shared_ptr<const Backend> without_graphs() {
  return make_cuda_backend(0, {.graphs = false});
}

}  // namespace yy::test
