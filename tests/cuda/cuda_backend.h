// The CUDA backend under test: on a GPU, or on the simulated device, whichever this program was linked with.
#pragma once

#include <memory>

#include "runtime/backend.h"

namespace yy::test {

Backend& cuda_backend();

// Another one of the same device, which plays recordings piece by piece (CudaOptions::graphs).
std::shared_ptr<const Backend> without_graphs();

}  // namespace yy::test
