// One operator between programs, such as what moves rows from a stage to the next, as a launch.
#pragma once

#include <initializer_list>
#include <string>

#include "runtime/backend.h"

namespace yy {

struct BoundKernel {
  Launch launch;
  std::string implementation;
};

// Throws Error (device) where the backend has no kernel for it. Needs no workspace.
BoundKernel bind_kernel(const Backend& backend, const Op& op, std::vector<TensorView> inputs,
                        std::vector<TensorView> outputs, int threads);

}  // namespace yy
