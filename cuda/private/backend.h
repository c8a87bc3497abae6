// The backend with libraries of the caller's choice: tests hand in tables whose executing calls are replaced.
#pragma once

#include <memory>

#include "cuda/private/libraries.h"
#include "runtime/backend.h"

namespace yy::cuda {

// As make_cuda_backend, which opens the libraries that are there. `with_cudnn`: convolutions are cuDNN's
// where it has a plan.
std::unique_ptr<Backend> make_backend(int device, std::shared_ptr<const Libraries> libraries,
                                      bool with_cudnn);

}  // namespace yy::cuda
