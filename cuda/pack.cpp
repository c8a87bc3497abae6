#include "cuda/private/pack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <cuda_fp16.h>
#include <fmt/format.h>
#include <vector>

#include "runtime/bfloat16.h"

namespace yy::cuda {
namespace {

template <class T, class Convert>
void walk(const float* from, T* to, const std::array<PackAxis, 4>& nest, const Convert& convert) {
  const auto& [a, b, c, d] = nest;
  for (std::int64_t i = 0; i < a.count; ++i) {
    for (std::int64_t j = 0; j < b.count; ++j) {
      for (std::int64_t k = 0; k < c.count; ++k) {
        const float* source = from + i * a.from + j * b.from + k * c.from;
        T* target = to + i * a.to + j * b.to + k * c.to;
        for (std::int64_t l = 0; l < d.count; ++l) target[l * d.to] = convert(source[l * d.from]);
      }
    }
  }
}

}  // namespace

Buffer pack(WeightStore& store, const Tensor& weights, const std::string& order, DType type,
            const FilterLayout& filters, std::int64_t elements, const std::array<PackAxis, 4>& nest,
            float factor) {
  const std::size_t bytes = static_cast<std::size_t>(elements) * size_of(type);
  const std::string scaled = factor == 1 ? "" : fmt::format(" times {:a}", factor);
  return store.get(weights, fmt::format("cuda {} {}{}", order, name_of(type), scaled), bytes, [&](void* to) {
    std::memset(to, 0, bytes);
    std::vector<float> source(weights.as<float>().begin(), weights.as<float>().end());
    if (factor != 1) std::ranges::for_each(source, [factor](float& x) { x *= factor; });
    if (type == DType::f16) {
      walk(source.data(), static_cast<std::uint16_t*>(to), nest,
           [](float x) { return __half_as_ushort(__float2half_rn(x)); });
    } else if (type == DType::bf16) {
      round_filters_to_bfloat16(source, filters);
      walk(source.data(), static_cast<std::uint16_t*>(to), nest, [](float x) { return bfloat16(x).bits; });
    } else {
      walk(source.data(), static_cast<float*>(to), nest, [](float x) { return x; });
    }
  });
}

std::variant<Buffer, Refusal> pack_bias(WeightStore& store, const Tensor& bias, DType type, float factor) {
  constexpr float largest_half = 65504;
  const auto is_too_large = [&](float x) { return std::isfinite(x) && std::abs(factor * x) > largest_half; };
  if (type == DType::f16 && std::ranges::any_of(bias.as<float>(), is_too_large))
    return Refusal{"a number of the bias lies beyond float16's range"};
  const std::int64_t count = bias.shape().elements();
  const FilterLayout alone{static_cast<std::size_t>(count), 1, 1, 1};
  return pack(store, bias, "bias", type, alone, count, {{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}, {count, 1, 1}}},
              factor);
}

}  // namespace yy::cuda
