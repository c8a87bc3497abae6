// Pointwise functions: one thread takes as many neighbouring elements as fit into 16 bytes; the last thread
// takes what is left.
#include "cuda/kernels/unary.h"
#include "cuda/private/activation.cuh"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

template <class T, class F>
__device__ __forceinline__ void map(const T* x, T* y, std::int64_t elements, const F& f) {
  constexpr int width = widest_pack<T>;
  const std::int64_t at = (std::int64_t{blockIdx.x} * threads + threadIdx.x) * width;
  if (at + width <= elements) {
    Pack<T, width> pack = load_pack<T, width>(x + at);
    for (T& element : pack.element) element = f(element);
    store_pack(y + at, pack);
    return;
  }
  for (std::int64_t i = at; i < elements; ++i) y[i] = f(x[i]);
}

template <class T>
__global__ void __launch_bounds__(threads) unary(const T* x, T* y, std::int64_t elements, Activation f) {
  map(x, y, elements, [&](T value) { return from_float<T>(activate(f, to_float(value))); });
}

template <class T>
__global__ void __launch_bounds__(threads) clamp(const T* x, T* y, std::int64_t elements, T low, T high) {
  map(x, y, elements, [&](T value) { return value < low ? low : value > high ? high : value; });
}

template <class T>
dim3 grid_for(std::int64_t elements) {
  return dim3(blocks_for(elements, threads * widest_pack<T>));
}

template <class T>
void clamp_as(const void* x, void* y, std::int64_t elements, std::int64_t low, std::int64_t high,
              cudaStream_t stream) {
  YY_CUDA(launch(clamp<T>, grid_for<T>(elements), threads, 0, stream, static_cast<const T*>(x),
                 static_cast<T*>(y), elements, static_cast<T>(low), static_cast<T>(high)));
}

}  // namespace

void launch_unary(DType dtype, const void* x, void* y, std::int64_t elements, const Activation& f,
                  cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    YY_CUDA(launch(unary<T>, grid_for<T>(elements), threads, 0, stream, static_cast<const T*>(x),
                   static_cast<T*>(y), elements, f));
  });
}

void launch_clamp(DType dtype, const void* x, void* y, std::int64_t elements, std::int64_t low,
                  std::int64_t high, cudaStream_t stream) {
  switch (dtype) {
    case DType::i8:
      return clamp_as<std::int8_t>(x, y, elements, low, high, stream);
    case DType::u8:
      return clamp_as<std::uint8_t>(x, y, elements, low, high, stream);
    case DType::i32:
      return clamp_as<std::int32_t>(x, y, elements, low, high, stream);
    default:
      return clamp_as<std::int64_t>(x, y, elements, low, high, stream);
  }
}

}  // namespace yy::cuda
