// Arithmetic of two tensors with broadcasting. One thread makes 16 bytes of floats where rows allow it, else
// one element.
#include <type_traits>

#include "cuda/kernels/binary.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

template <class T>
inline constexpr bool is_integer = std::is_integral_v<T>;

// Floats as float32, whatever they are stored in; integers as they are.
template <class T>
__device__ __forceinline__ auto widened(T x) {
  if constexpr (is_integer<T>) {
    return x;
  } else {
    return to_float(x);
  }
}

// Integers are computed unsigned, which wraps around; bytes in 32 bits, whose lowest 8 are the wrapped
// result.
template <class T>
__device__ __forceinline__ T divide(T a, T b) {
  if constexpr (is_integer<T>) {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == T(-1)) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    }
    return static_cast<T>(a / b);
  } else {
    return a / b;
  }
}

template <class T, class F>
__device__ __forceinline__ T wrapped(T a, T b, const F& f) {
  if constexpr (is_integer<T>) {
    using U = std::conditional_t<sizeof(T) < 4, std::uint32_t, std::make_unsigned_t<T>>;
    return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return f(a, b);
  }
}

// `width` elements of an operand from `at` on, all the same where it is broadcast along the last axis.
template <int width, class T>
__device__ __forceinline__ Pack<T, width> load(const T* from, int at, int step) {
  if constexpr (width > 1) {
    if (step == 0) {
      Pack<T, width> pack;
      for (T& element : pack.element) element = from[at];
      return pack;
    }
  }
  return load_pack<T, width>(from + at);
}

template <class Y, class A, class B, int width, class F>
__device__ __forceinline__ Pack<Y, width> combine(const Pack<A, width>& a, const Pack<B, width>& b,
                                                  const F& f) {
  Pack<Y, width> y;
  for (int i = 0; i < width; ++i) y.element[i] = Y(f(widened(a.element[i]), widened(b.element[i])));
  return y;
}

template <class Y, class A, class B, int width>
__device__ __forceinline__ Pack<Y, width> compute(Arithmetic operation, const Pack<A, width>& a,
                                                  const Pack<B, width>& b) {
  switch (operation) {
    case Arithmetic::add:
      return combine<Y>(a, b,
                        [](auto x, auto z) { return wrapped(x, z, [](auto p, auto q) { return p + q; }); });
    case Arithmetic::sub:
      return combine<Y>(a, b,
                        [](auto x, auto z) { return wrapped(x, z, [](auto p, auto q) { return p - q; }); });
    case Arithmetic::mul:
      return combine<Y>(a, b,
                        [](auto x, auto z) { return wrapped(x, z, [](auto p, auto q) { return p * q; }); });
    default:
      return combine<Y>(a, b, [](auto x, auto z) { return divide(x, z); });
  }
}

template <class Y, class A, class B, int width>
__device__ __forceinline__ void write(Arithmetic operation, const BroadcastPlan& plan, Y* y, const A* a,
                                      const B* b, unsigned first) {
  int at_a = 0, at_b = 0;
  unsigned n = first;
  for (int i = plan.rank - 1; i >= 0; --i) {
    const BroadcastAxis& axis = plan.axes[i];
    const unsigned next = axis.count.divide(n);
    const int index = static_cast<int>(n - next * axis.count.value());
    at_a += index * axis.a;
    at_b += index * axis.b;
    n = next;
  }
  const BroadcastAxis& last = plan.axes[plan.rank - 1];
  store_pack(y + first, compute<Y>(operation, load<width>(a, at_a, last.a), load<width>(b, at_b, last.b)));
}

template <class Y, class A, class B, int width>
__global__ void __launch_bounds__(threads)
    binary(Arithmetic operation, const BroadcastPlan plan, Y* y, const A* a, const B* b) {
  const unsigned first = (blockIdx.x * threads + threadIdx.x) * width;
  if (first + width <= plan.elements) {
    write<Y, A, B, width>(operation, plan, y, a, b, first);
    return;
  }
  for (unsigned i = first; i < plan.elements; ++i) write<Y, A, B, 1>(operation, plan, y, a, b, i);
}

template <class Y, class A, class B>
void launch_as(Arithmetic operation, const BroadcastPlan& plan, void* y, const void* a, const void* b,
               cudaStream_t stream) {
  constexpr int widest = is_integer<Y> ? 1 : widest_pack<Y>;  // integers are rare, and few
  const int width = plan.packed ? widest : 1;
  const dim3 grid(blocks_for(plan.elements, std::int64_t{threads} * width));
  const auto kernel = plan.packed ? binary<Y, A, B, widest> : binary<Y, A, B, 1>;
  YY_CUDA(launch(kernel, grid, threads, 0, stream, operation, plan, static_cast<Y*>(y),
                 static_cast<const A*>(a), static_cast<const B*>(b)));
}

template <class T>
void launch_real(const OperandTypes& types, Arithmetic operation, const BroadcastPlan& plan, void* y,
                 const void* a, const void* b, cudaStream_t stream) {
  if constexpr (sizeof(T) == 2) {
    if (types.a == DType::f32) return launch_as<T, float, T>(operation, plan, y, a, b, stream);
    if (types.b == DType::f32) return launch_as<T, T, float>(operation, plan, y, a, b, stream);
  }
  launch_as<T, T, T>(operation, plan, y, a, b, stream);
}

}  // namespace

bool has_binary(const OperandTypes& types) {
  const auto [y, a, b] = types;
  if (a == y && b == y) return y != DType::boolean;
  const bool one_is_float32 = (a == y && b == DType::f32) || (b == y && a == DType::f32);
  return is_real(y) && one_is_float32;
}

void launch_binary(Arithmetic operation, const OperandTypes& types, const BroadcastPlan& plan, void* y,
                   const void* a, const void* b, cudaStream_t stream) {
  switch (types.y) {
    case DType::i64:
      return launch_as<std::int64_t, std::int64_t, std::int64_t>(operation, plan, y, a, b, stream);
    case DType::i32:
      return launch_as<std::int32_t, std::int32_t, std::int32_t>(operation, plan, y, a, b, stream);
    case DType::i8:
      return launch_as<std::int8_t, std::int8_t, std::int8_t>(operation, plan, y, a, b, stream);
    case DType::u8:
      return launch_as<std::uint8_t, std::uint8_t, std::uint8_t>(operation, plan, y, a, b, stream);
    default:
      with_real_type(types.y, [&](auto tag) {
        launch_real<typename decltype(tag)::type>(types, operation, plan, y, a, b, stream);
      });
  }
}

}  // namespace yy::cuda
