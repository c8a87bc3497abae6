// Label and confidence of each row of scores [rows, classes] (ops/probe.h). Enqueued on `stream`; throws
// Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "ops/probe.h"

namespace yy::cuda {

struct ProbeArguments {
  const float* scores = nullptr;
  std::int32_t* label = nullptr;  // per row
  float* confidence = nullptr;    // per row
  int rows = 0, classes = 0;      // neither is 0
  bool probabilities = false;     // the scores already are a distribution
  Gate gate = Gate::max_probability;
};

void launch_probe(const ProbeArguments& arguments, cudaStream_t stream);

}  // namespace yy::cuda
