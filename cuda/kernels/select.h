// The numbers of the rows that are deferred, in rising order, and how many they are (ops/select.h). Enqueued
// on `stream`; throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

namespace yy::cuda {

struct SelectArguments {
  const float* confidence = nullptr;    // per row
  const float* threshold = nullptr;     // one
  const std::int32_t* valid = nullptr;  // one: how many of the rows count
  std::int32_t* index = nullptr;        // of at most `rows` rows; what is behind the last stays as it is
  std::int32_t* count = nullptr;        // one
  int rows = 0;
};

void launch_select(const SelectArguments& arguments, cudaStream_t stream);

}  // namespace yy::cuda
