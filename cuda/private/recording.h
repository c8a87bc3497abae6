// Recordings of a CUDA stream: as a graph, whose loop the device decides on, or piece by piece, where the
// host reads four bytes before each turn of the loop. Both do the same.
#pragma once

#include <memory>

#include "cuda/private/stream.h"

namespace yy::cuda {

// Null where the driver has no such graphs. Throws Error (device), also where a launch cannot be captured.
std::unique_ptr<Recording> record_graph(CudaStream& stream, const Recipe& recipe);

std::unique_ptr<Recording> record_plainly(CudaStream& stream, Recipe recipe);

}  // namespace yy::cuda
