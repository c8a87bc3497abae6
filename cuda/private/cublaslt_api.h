// The part of cuBLASLt 13 that we use, as the library's documentation gives it, under names of our own: a
// build needs no header of cuBLASLt, and the library is opened while the program runs (libraries.h).
// tests/cuda/cublaslt_api_test.cpp compares numbers and structures with those of its header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <library_types.h>

namespace yy::cuda::cublaslt {

using Handle = void*;
using RawOperation = void*;   // cublasLtMatmulDesc_t: D = epilogue(alpha * op(A) op(B) + beta * C)
using RawLayout = void*;      // cublasLtMatrixLayout_t: columns that lie a distance apart
using RawPreference = void*;  // cublasLtMatmulPreference_t: which algorithms the heuristic may propose
using Status = int;
inline constexpr Status success = 0;

enum class ComputeType : int { float32 = 68, tf32 = 77 };  // the latter rounds float32 inputs

enum class OperationAttribute : int {
  compute_type = 0,  // std::int32_t, as all numbers and enumerations here are
  scale_type = 1,
  pointer_mode = 2,
  transpose_a = 3,
  transpose_b = 4,
  epilogue = 7,
  bias_pointer = 8,  // whoever proposes algorithms reads from it how it is aligned
  bias_type = 26,
};

inline constexpr std::int32_t transposed = 1;
inline constexpr std::int32_t host_pointers = 0;

enum class Epilogue : std::int32_t { none = 1, relu = 2, bias = 4, relu_of_bias = 6 };

enum class LayoutAttribute : int {
  type = 0,      // std::int32_t
  order = 1,     // std::int32_t
  rows = 2,      // std::uint64_t
  columns = 3,   // std::uint64_t
  distance = 4,  // std::int64_t, in elements
  batches = 5,   // std::int32_t
};

enum class PreferenceAttribute : int {
  workspace_bytes = 1,  // std::uint64_t, at most
  reductions = 3,       // std::uint32_t, a mask of how parts of a sum may be added up
  alignment_a = 5,      // std::uint32_t, bytes, as are the others
  alignment_b = 6,
  alignment_c = 7,
  alignment_d = 8,
  numerics = 12,  // std::uint64_t, a mask of what algorithms may do to numbers
};

// How parts of a sum may be added up; not to split sums is always allowed.
namespace reductions {
inline constexpr std::uint32_t in_output = 1, in_compute_type = 2, in_output_type = 4;
}

// What algorithms do to numbers.
namespace numerics {
inline constexpr std::uint64_t float16_sums = 0x100, float16_inputs = 0x10000, bfloat16_inputs = 0x20000,
                               tf32_inputs = 0x40000;
}

struct Algorithm {
  std::uint64_t data[8];
};

struct Proposal {
  Algorithm algorithm;
  std::size_t workspace_bytes;
  Status status;  // success, or all else means nothing
  float waves;
  int reserved[4];
};

}  // namespace yy::cuda::cublaslt
