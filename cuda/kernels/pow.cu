// Pow: one thread per element.
#include <cmath>
#include <limits>
#include <type_traits>

#include "cuda/kernels/pow.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/launch.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

// By squaring. Unsigned integers wrap around.
template <class T>
__device__ __forceinline__ T repeated_product(T base, std::uint64_t exponent) {
  T result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result *= base;
    base *= base;
  }
  return result;
}

// Wraps around as numpy's does. A negative exponent leaves 1 / base, cut off towards zero.
template <class T>
__device__ __forceinline__ T whole_power(T base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    if (base == -1) return exponent % 2 == 0 ? 1 : -1;
    return 0;
  }
  using U = std::make_unsigned_t<T>;
  return static_cast<T>(repeated_product(static_cast<U>(base), static_cast<std::uint64_t>(exponent)));
}

// Exact as long as a double holds the result, which pow is not on a device.
__device__ __forceinline__ double double_power(double base, float exponent) {
  const bool is_whole = exponent >= 0 && exponent < 64 && exponent == floorf(exponent);
  return is_whole ? repeated_product(base, static_cast<std::uint64_t>(exponent))
                  : pow(base, static_cast<double>(exponent));
}

// As in Cast: out of range it saturates, and NaN becomes 0.
template <class T>
__device__ __forceinline__ T saturated(double x) {
  constexpr T most = std::numeric_limits<T>::max(), least = std::numeric_limits<T>::lowest();
  if (x != x) return 0;
  if (x >= static_cast<double>(most)) return most;
  return x <= static_cast<double>(least) ? least : static_cast<T>(x);
}

template <class Base, class Exponent>
__device__ __forceinline__ Base power(Base base, Exponent exponent) {
  if constexpr (std::is_floating_point_v<Base>) {
    return powf(base, static_cast<float>(exponent));
  } else if constexpr (std::is_floating_point_v<Exponent>) {
    return saturated<Base>(double_power(static_cast<double>(base), exponent));
  } else {
    return whole_power(base, static_cast<std::int64_t>(exponent));
  }
}

template <class Base, class Exponent>
__global__ void __launch_bounds__(threads)
    pow_elements(const Base* base, const Exponent* exponent, Base* y, BroadcastPlan plan) {
  const unsigned index = blockIdx.x * threads + threadIdx.x;
  if (index >= plan.elements) return;
  unsigned rest = index;
  for (int i = plan.rank - 1; i >= 0; --i) {
    const BroadcastAxis& axis = plan.axes[i];
    const unsigned next = axis.count.divide(rest);
    const int at = static_cast<int>(rest - next * axis.count.value());
    base += at * axis.a;
    exponent += at * axis.b;
    rest = next;
  }
  y[index] = power(*base, *exponent);
}

template <class Base>
void launch_base(DType exponent_type, const BroadcastPlan& plan, const void* base, const void* exponent,
                 void* y, cudaStream_t stream) {
  const auto start = [&]<class Exponent>(const Exponent* typed) {
    YY_CUDA(launch(pow_elements<Base, Exponent>, blocks_for(plan.elements, threads), threads, 0, stream,
                   static_cast<const Base*>(base), typed, static_cast<Base*>(y), plan));
  };
  switch (exponent_type) {
    case DType::i64:
      return start(static_cast<const std::int64_t*>(exponent));
    case DType::i32:
      return start(static_cast<const std::int32_t*>(exponent));
    default:
      return start(static_cast<const float*>(exponent));
  }
}

}  // namespace

void launch_pow(DType base_type, DType exponent_type, const BroadcastPlan& plan, const void* base,
                const void* exponent, void* y, cudaStream_t stream) {
  switch (base_type) {
    case DType::i64:
      return launch_base<std::int64_t>(exponent_type, plan, base, exponent, y, stream);
    case DType::i32:
      return launch_base<std::int32_t>(exponent_type, plan, base, exponent, y, stream);
    default:
      return launch_base<float>(exponent_type, plan, base, exponent, y, stream);
  }
}

}  // namespace yy::cuda
