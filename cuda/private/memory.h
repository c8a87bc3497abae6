// Memory of the current device.
#pragma once

#include <cstddef>
#include <optional>

#include "runtime/tensor.h"

namespace yy::cuda {

// Nothing where there is not that much in one piece, which leaves no error behind. Throws Error (device) for
// other trouble.
std::optional<Buffer> try_allocate(std::size_t bytes);

}  // namespace yy::cuda
