// One thread per element of y.
#include "cuda/private/check.h"
#include "cuda/private/scalar.h"
#include "tests/cuda/naive_conv.h"

namespace yy::test {
namespace {

constexpr int threads = 128;

__device__ double load(const NaiveTensor& tensor, std::int64_t at) {
  switch (tensor.dtype) {
    case DType::f16:
      return cuda::to_float(static_cast<const __half*>(tensor.data)[at]);
    case DType::bf16:
      return cuda::to_float(static_cast<const __nv_bfloat16*>(tensor.data)[at]);
    default:
      return static_cast<const float*>(tensor.data)[at];
  }
}

__device__ void store(const NaiveTensor& tensor, std::int64_t at, double value) {
  const auto rounded = static_cast<float>(value);
  switch (tensor.dtype) {
    case DType::f16:
      static_cast<__half*>(tensor.data)[at] = cuda::from_float<__half>(rounded);
      break;
    case DType::bf16:
      static_cast<__nv_bfloat16*>(tensor.data)[at] = cuda::from_float<__nv_bfloat16>(rounded);
      break;
    default:
      static_cast<float*>(tensor.data)[at] = rounded;
  }
}

__device__ std::int64_t offset(const NaiveTensor& t, std::int64_t a, std::int64_t b, std::int64_t c,
                               std::int64_t d) {
  return a * t.strides[0] + b * t.strides[1] + c * t.strides[2] + d * t.strides[3];
}

__device__ double sum(const NaiveConv& conv, std::int64_t image, std::int64_t filter, std::int64_t row,
                      std::int64_t column) {
  const std::int64_t channels = conv.w.dims[1];
  const std::int64_t filters_of_group = conv.w.dims[0] * channels / conv.x.dims[1];
  const std::int64_t first = filter / filters_of_group * channels;
  double total = 0;
  for (std::int64_t r = 0; r < conv.w.dims[2]; ++r) {
    for (std::int64_t s = 0; s < conv.w.dims[3]; ++s) {
      const std::int64_t h = row * conv.stride[0] - conv.pads[0] + r * conv.dilation[0];
      const std::int64_t w = column * conv.stride[1] - conv.pads[1] + s * conv.dilation[1];
      if (h < 0 || w < 0 || h >= conv.x.dims[2] || w >= conv.x.dims[3]) continue;
      for (std::int64_t c = 0; c < channels; ++c)
        total += load(conv.x, offset(conv.x, image, first + c, h, w)) *
                 load(conv.w, offset(conv.w, filter, c, r, s));
    }
  }
  return total;
}

__global__ void __launch_bounds__(threads) naive_conv(NaiveConv conv, std::int64_t elements) {
  std::int64_t at = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (at >= elements) return;
  const std::int64_t column = at % conv.y.dims[3], row = at / conv.y.dims[3] % conv.y.dims[2];
  at /= conv.y.dims[2] * conv.y.dims[3];
  const std::int64_t filter = at % conv.y.dims[1], image = at / conv.y.dims[1];
  double value = sum(conv, image, filter, row, column);
  if (conv.residual.data != nullptr)
    value += load(conv.residual, offset(conv.residual, image, filter, row, column));
  if (conv.bias.data != nullptr) value += load(conv.bias, filter * conv.bias.strides[1]);
  if (conv.relu && value < 0) value = 0;  // NaN stays
  store(conv.y, offset(conv.y, image, filter, row, column), value);
}

}  // namespace

void launch_naive_conv(const NaiveConv& conv, cudaStream_t stream) {
  const std::int64_t elements = conv.y.dims[0] * conv.y.dims[1] * conv.y.dims[2] * conv.y.dims[3];
  YY_CUDA(cuda::launch(naive_conv, dim3(static_cast<unsigned>((elements + threads - 1) / threads)),
                       dim3(threads), 0, stream, conv, elements));
}

}  // namespace yy::test
