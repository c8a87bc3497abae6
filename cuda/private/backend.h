// The backend with libraries of the caller's choice: tests hand in tables whose executing calls are replaced.
#pragma once

#include <memory>

#include "cuda/cuda_backend.h"
#include "cuda/private/libraries.h"
#include "runtime/backend.h"

namespace yy::cuda {

// Which of the libraries compute layers where they can, unmeasured.
struct Uses {
  bool cudnn = false, cublaslt = false;
};

// As make_cuda_backend, which opens the libraries that are there.
std::unique_ptr<Backend> make_backend(int device, std::shared_ptr<const Libraries> libraries, Uses uses,
                                      const CudaOptions& options = {});

}  // namespace yy::cuda
