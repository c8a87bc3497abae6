// One thread per element of d.
#include "cuda/private/check.h"
#include "cuda/private/scalar.h"
#include "tests/cuda/naive_product.h"

namespace yy::test {
namespace {

constexpr int threads = 128;

__device__ double load(const void* from, DType dtype, std::int64_t at) {
  switch (dtype) {
    case DType::f16:
      return cuda::to_float(static_cast<const __half*>(from)[at]);
    case DType::bf16:
      return cuda::to_float(static_cast<const __nv_bfloat16*>(from)[at]);
    default:
      return static_cast<const float*>(from)[at];
  }
}

__device__ double load(const NaiveMatrix& matrix, std::int64_t row, std::int64_t column) {
  return load(matrix.data, matrix.dtype, row + column * matrix.distance);
}

__device__ void store(const NaiveMatrix& matrix, std::int64_t row, std::int64_t column, double value) {
  const std::int64_t at = row + column * matrix.distance;
  const auto rounded = static_cast<float>(value);
  switch (matrix.dtype) {
    case DType::f16:
      static_cast<__half*>(matrix.data)[at] = cuda::from_float<__half>(rounded);
      break;
    case DType::bf16:
      static_cast<__nv_bfloat16*>(matrix.data)[at] = cuda::from_float<__nv_bfloat16>(rounded);
      break;
    default:
      static_cast<float*>(matrix.data)[at] = rounded;
  }
}

__global__ void __launch_bounds__(threads) naive_product(NaiveProduct product) {
  const std::int64_t at = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (at >= product.d.rows * product.d.columns) return;
  const std::int64_t row = at % product.d.rows, column = at / product.d.rows;
  double value = 0;
  for (std::int64_t k = 0; k < product.a.rows; ++k)
    value += load(product.a, k, row) * load(product.b, k, column);
  value *= product.alpha;
  if (product.beta != 0) value += product.beta * load(product.c, row, column);
  if (product.bias != nullptr) value += load(product.bias, product.d.dtype, row);
  if (product.relu && value < 0) value = 0;  // NaN stays
  store(product.d, row, column, value);
}

}  // namespace

void launch_naive_product(const NaiveProduct& product, cudaStream_t stream) {
  const std::int64_t elements = product.d.rows * product.d.columns;
  YY_CUDA(cuda::launch(naive_product, dim3(static_cast<unsigned>((elements + threads - 1) / threads)),
                       dim3(threads), 0, stream, product));
}

}  // namespace yy::test
