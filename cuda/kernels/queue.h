// Rows come into a queue and leave it (ops/queue.h). A queue has less than 2^31 bytes. Enqueued on `stream`;
// throws Error (device) where that fails.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "cuda/private/axes.h"
#include "ops/queue.h"

namespace yy::cuda {

struct EnqueueArguments {
  const std::int32_t* index = nullptr;
  const std::int32_t* count = nullptr;  // one: how many of the index's rows count
  const void* crops = nullptr;
  Queue queue;
  int capacity = 0;
  int rows = 0;  // of the index, or the capacity if that is less
  int word = 1;  // bytes: 1, 2, 4, 8 or 16
  Divisor run;   // words of a row
};

void launch_enqueue(const EnqueueArguments& arguments, cudaStream_t stream);

struct DequeueArguments {
  Queue queue;
  const std::int32_t* least = nullptr;  // one
  std::int32_t* index = nullptr;        // [batch]
  std::int32_t* places = nullptr;       // [batch]
  std::int32_t* count = nullptr;        // one
  std::int32_t* taken = nullptr;        // two
  int capacity = 0, batch = 0, patience = 0;
};

void launch_dequeue(const DequeueArguments& arguments, cudaStream_t stream);

}  // namespace yy::cuda
