// Element types inside kernels: everything is computed in float32; __half and __nv_bfloat16 are how it is
// stored.
#pragma once

#include <cstdint>

#include "cuda/private/launch.h"
#include "runtime/tensor.h"

namespace yy::cuda {

template <class T>
__device__ __forceinline__ float to_float(T x) {
  if constexpr (sizeof(T) == 2) {
    return static_cast<float>(x);
  } else {
    return x;
  }
}

template <class T>
__device__ __forceinline__ T from_float(float x) {
  return T(x);
}

// N elements that are loaded and stored by one instruction; the address is a multiple of their size.
template <class T, int N>
struct alignas(sizeof(T) * N) Pack {
  T element[N];
};

template <class T, int N>
__device__ __forceinline__ Pack<T, N> load_pack(const T* from) {
  return *reinterpret_cast<const Pack<T, N>*>(from);
}

template <class T, int N>
__device__ __forceinline__ void store_pack(T* to, const Pack<T, N>& pack) {
  *reinterpret_cast<Pack<T, N>*>(to) = pack;
}

// How many elements of T one thread moves at most at once: 16 bytes.
template <class T>
inline constexpr int widest_pack = 16 / static_cast<int>(sizeof(T));

template <class T>
struct TypeTag {
  using type = T;
};

// Calls `use(TypeTag<T>{})` for the type in which `dtype` (f32, f16 or bf16) is stored.
template <class Use>
void with_real_type(DType dtype, Use&& use) {
  switch (dtype) {
    case DType::f16:
      return use(TypeTag<__half>{});
    case DType::bf16:
      return use(TypeTag<__nv_bfloat16>{});
    default:
      return use(TypeTag<float>{});
  }
}

}  // namespace yy::cuda
