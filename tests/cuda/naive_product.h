// A matrix product that does what cuBLASLt is asked for, as a plain loop with double sums: what stands in for
// cublasLtMatmul on the simulated device.
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

#include "runtime/tensor.h"

namespace yy::test {

// Columns that lie `distance` elements apart.
struct NaiveMatrix {
  void* data = nullptr;
  std::int64_t rows = 0, columns = 0, distance = 0;
  DType dtype = DType::f32;
};

// d = relu(alpha * a^T b + beta * c + bias), the bias being a number per row, of d's type. c is not read
// where beta is 0.
struct NaiveProduct {
  NaiveMatrix a, b, c, d;
  const void* bias = nullptr;  // may be left out
  float alpha = 1, beta = 0;
  bool relu = false;
};

void launch_naive_product(const NaiveProduct& product, cudaStream_t stream);

}  // namespace yy::test
