#include "cuda/private/pack.h"

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
            const FilterLayout& filters, std::int64_t elements, const std::array<PackAxis, 4>& nest) {
  const std::size_t bytes = static_cast<std::size_t>(elements) * size_of(type);
  return store.get(weights, fmt::format("cuda {} {}", order, name_of(type)), bytes, [&](void* to) {
    std::memset(to, 0, bytes);
    const std::span<const float> source = weights.as<float>();
    if (type == DType::f16) {
      walk(source.data(), static_cast<std::uint16_t*>(to), nest,
           [](float x) { return __half_as_ushort(__float2half_rn(x)); });
    } else if (type == DType::bf16) {
      std::vector<float> rounded(source.begin(), source.end());
      round_filters_to_bfloat16(rounded, filters);
      walk(rounded.data(), static_cast<std::uint16_t*>(to), nest, [](float x) { return bfloat16(x).bits; });
    } else {
      walk(source.data(), static_cast<float*>(to), nest, [](float x) { return x; });
    }
  });
}

}  // namespace yy::cuda
