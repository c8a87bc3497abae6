// cuBLASLt without a GPU: the real library makes descriptors and keeps what it is told; what needs a GPU
// (handles, proposals, products) is replaced. Proposals are made up. Products are plain loops on the
// simulated device's stream, strict about what the library's documentation asks for, and about the promises
// that an algorithm was proposed for.
#pragma once

#include <cstdint>

#include "cuda/private/libraries.h"

namespace yy::test {

// False, with `libraries` as they were, where cuBLASLt is not installed.
bool add_cublaslt_stand_in(cuda::Libraries& libraries);

std::int64_t cublaslt_stand_in_executions();  // so far

// What proposals were last asked for with.
struct AskedProduct {
  cuda::cublaslt::ComputeType compute_type = {};
  cuda::cublaslt::Epilogue epilogue = {};
  std::int64_t c_distance = 0, d_distance = 0;
  std::uint32_t alignment[4] = {};  // of A, B, C, D
  std::uint32_t bias_alignment = 0;
  std::uint32_t reductions = 0;
  std::uint64_t numerics = 0, workspace_bytes = 0;
  bool operator==(const AskedProduct&) const = default;
};
AskedProduct last_asked_product();

}  // namespace yy::test
