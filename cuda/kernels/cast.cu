// Cast: one thread takes as many neighbouring elements as fit into 16 bytes in the wider of the two types;
// the last thread takes what is left.
#include <limits>
#include <type_traits>

#include "cuda/kernels/cast.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

struct Bool {  // ONNX's bool in memory: one byte, 0 or 1
  std::uint8_t value;
};

template <class T>
__device__ __forceinline__ auto value_of(T x) {
  if constexpr (std::is_integral_v<T>) {
    return x;
  } else {
    return to_float(x);
  }
}

// The bounds are compared as floats: the largest int32 and int64 round up to a power of two, which saturates.
template <class To>
__device__ __forceinline__ To truncated(float x) {
  constexpr To most = std::numeric_limits<To>::max(), least = std::numeric_limits<To>::lowest();
  if (x != x) return 0;
  if (x >= static_cast<float>(most)) return most;
  if (x <= static_cast<float>(least)) return least;
  return static_cast<To>(x);
}

template <class To, class From>
__device__ __forceinline__ To convert(From from) {
  const auto x = value_of(from);
  if constexpr (std::is_same_v<To, Bool>) {
    return {static_cast<std::uint8_t>(x != 0 ? 1 : 0)};
  } else if constexpr (!std::is_integral_v<To>) {
    return from_float<To>(static_cast<float>(x));
  } else if constexpr (std::is_same_v<decltype(x), const float>) {
    return truncated<To>(x);
  } else {
    return static_cast<To>(x);
  }
}

template <class To, class From>
inline constexpr int width = widest_pack<std::conditional_t<(sizeof(To) > sizeof(From)), To, From>>;

template <class To, class From>
__global__ void __launch_bounds__(threads) cast(To* y, const From* x, std::int64_t elements) {
  constexpr int n = width<To, From>;
  const std::int64_t at = (std::int64_t{blockIdx.x} * threads + threadIdx.x) * n;
  if (at + n <= elements) {
    const Pack<From, n> from = load_pack<From, n>(x + at);
    Pack<To, n> to;
    for (int i = 0; i < n; ++i) to.element[i] = convert<To>(from.element[i]);
    store_pack(y + at, to);
    return;
  }
  for (std::int64_t i = at; i < elements; ++i) y[i] = convert<To>(x[i]);
}

template <class To, class From>
void launch_as(void* y, const void* x, std::int64_t elements, cudaStream_t stream) {
  if constexpr (std::is_same_v<To, From>) {
    if (y == x) return;
    const std::size_t bytes = static_cast<std::size_t>(elements) * sizeof(To);
    YY_CUDA(cudaMemcpyAsync(y, x, bytes, cudaMemcpyDeviceToDevice, stream));
  } else {
    YY_CUDA(launch(cast<To, From>, dim3(blocks_for(elements, threads * width<To, From>)), threads, 0, stream,
                   static_cast<To*>(y), static_cast<const From*>(x), elements));
  }
}

template <class Use>
void with_type(DType dtype, Use&& use) {
  switch (dtype) {
    case DType::i64:
      return use(TypeTag<std::int64_t>{});
    case DType::i32:
      return use(TypeTag<std::int32_t>{});
    case DType::i8:
      return use(TypeTag<std::int8_t>{});
    case DType::u8:
      return use(TypeTag<std::uint8_t>{});
    case DType::boolean:
      return use(TypeTag<Bool>{});
    default:
      with_real_type(dtype, use);
  }
}

}  // namespace

void launch_cast(DType to, DType from, void* y, const void* x, std::int64_t elements, cudaStream_t stream) {
  if (from == DType::boolean) from = DType::u8;  // 0 and 1
  with_type(to, [&](auto to_tag) {
    with_type(from, [&](auto from_tag) {
      using From = typename decltype(from_tag)::type;
      if constexpr (!std::is_same_v<From, Bool>) {
        launch_as<typename decltype(to_tag)::type, From>(y, x, elements, stream);
      }
    });
  });
}

}  // namespace yy::cuda
