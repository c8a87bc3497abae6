// The product that tests of cuBLASLt plan: 12 rows of 64 numbers to 32.
#pragma once

#include "cuda/private/cublaslt_product.h"

namespace yy::test {

inline cuda::ProductProblem problem_of(DType read, DType written) {
  cuda::ProductProblem problem;
  problem.rows = 12;
  problem.depth = 64;
  problem.columns = 32;
  problem.read = read;
  problem.written = written;
  return problem;
}
inline cuda::ProductProblem problem_of(DType type) {
  return problem_of(type, type);
}

}  // namespace yy::test
