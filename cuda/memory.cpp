#include "cuda/private/memory.h"

#include <algorithm>

#include "cuda/private/check.h"

namespace yy::cuda {

std::optional<Buffer> try_allocate(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, std::max<std::size_t>(bytes, 1));
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // not sticky, but the next launch would report it
    return std::nullopt;
  }
  YY_CUDA(status);
  return Buffer{std::shared_ptr<void>(memory, [](void* taken) { cudaFree(taken); }), bytes};
}

}  // namespace yy::cuda
