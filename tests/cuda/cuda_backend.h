// The CUDA backend under test: on a GPU, or on the simulated device, whichever this program was linked with.
#pragma once

#include "runtime/backend.h"

namespace yy::test {

Backend& cuda_backend();

}  // namespace yy::test
