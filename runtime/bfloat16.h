// One element of a bfloat16 tensor: the upper half of a float32.
#pragma once

#include <bit>
#include <cstdint>

namespace yy {

struct bfloat16 {
  std::uint16_t bits = 0;

  bfloat16() = default;
  // Rounds to nearest, ties to even; NaN stays NaN. (CPU instructions that round many at once may take
  // numbers below 2^-126 for 0.)
  explicit bfloat16(float x) {
    const auto word = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t rounded = word + 0x7FFF + ((word >> 16) & 1);
    const bool is_nan = (word & 0x7FFFFFFF) > 0x7F800000;
    bits = static_cast<std::uint16_t>((is_nan ? word | 0x400000 : rounded) >> 16);
  }
  explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

}  // namespace yy
