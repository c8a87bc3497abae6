// How sums become elements of y. T is the type in which x is stored.
#pragma once

#include "cuda/private/activation.cuh"
#include "cuda/private/finish.h"
#include "cuda/private/scalar.h"
#include "cuda/private/unroll.h"

namespace yy::cuda {

using Quad = Pack<float, 4>;

// `n` neighbouring outputs of pixel `pixel`, counted over all images: elements at, at + step... of a tensor
// without gaps, which the residual is; y adds its gaps. `count` of them exist. With `packs` all exist, the
// step is 1 and one instruction may store 16 bytes of them.
struct Outputs {
  int at, pixel, step, count;
  bool packs;
};

// beta * bias of `n` neighbouring columns from `column` on, of which `count` exist.
template <int n>
__device__ __forceinline__ Pack<float, n> load_bias(const Finish& finish, int column, int count) {
  Pack<float, n> bias;
  YY_UNROLL
  for (int i = 0; i < n; ++i) {
    bias.element[i] = finish.bias != nullptr && i < count ? finish.beta * finish.bias[column + i] : 0.F;
  }
  return bias;
}

template <class U, int n>
__device__ __forceinline__ void add_residual(const void* from, const Outputs& to, Pack<float, n>& sums) {
  const U* residual = static_cast<const U*>(from) + to.at;
  Pack<U, n> pack = {};
  if (to.packs) pack = load_pack<U, n>(residual);
  YY_UNROLL
  for (int i = 0; i < n; ++i) {
    if (!to.packs && i < to.count) pack.element[i] = residual[i * to.step];
    sums.element[i] += to_float(pack.element[i]);
  }
}

template <class U, int n>
__device__ __forceinline__ void store(const Finish& finish, const Outputs& to, const Pack<float, n>& sums) {
  U* first = static_cast<U*>(finish.y) + to.at + to.pixel * finish.gap;
  constexpr int most = 16 / static_cast<int>(sizeof(U)),
                width = n < most ? n : most;  // as slices are aligned
  YY_UNROLL
  for (int i = 0; i < n; i += width) {
    Pack<U, width> pack;
    YY_UNROLL
    for (int k = 0; k < width; ++k) pack.element[k] = from_float<U>(sums.element[i + k]);
    if (to.packs) {
      store_pack(first + i, pack);
      continue;
    }
    YY_UNROLL
    for (int k = 0; k < width; ++k) {
      if (i + k < to.count) first[(i + k) * to.step] = pack.element[k];
    }
  }
}

// Calls `use(TypeTag<U>{})` for the type U in which y and the residual are stored.
template <class T, class Use>
__device__ __forceinline__ void with_stored_type(const Finish& finish, const Use& use) {
  if (sizeof(T) == sizeof(float) || finish.wide) {
    use(TypeTag<float>{});
  } else {
    use(TypeTag<T>{});
  }
}

// `sums` are alpha * sum + beta * bias.
template <class T, int n>
__device__ __forceinline__ void finish_sums(const Finish& finish, const Outputs& to, Pack<float, n> sums) {
  if (finish.residual != nullptr) {
    with_stored_type<T>(
        finish, [&](auto tag) { add_residual<typename decltype(tag)::type>(finish.residual, to, sums); });
  }
  if (finish.activates) {
    YY_UNROLL
    for (int i = 0; i < n; ++i) sums.element[i] = activate(finish.activation, sums.element[i]);
  }
  with_stored_type<T>(finish, [&](auto tag) { store<typename decltype(tag)::type>(finish, to, sums); });
}

}  // namespace yy::cuda
