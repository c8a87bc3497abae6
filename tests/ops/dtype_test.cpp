// ONNX's element types by number, and every float16 and bfloat16 against its definition.
#include "ops/dtype.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace yy {
namespace {

// IEEE 754: (-1)^sign * 1.fraction * 2^(exponent - bias), 0.fraction * 2^(1 - bias) where the exponent is 0,
// infinity and NaN where all its bits are set.
double by_definition(unsigned bits, int exponent_bits, int fraction_bits) {
  const unsigned fraction = bits & ((1u << fraction_bits) - 1);
  const unsigned exponent = bits >> fraction_bits & ((1u << exponent_bits) - 1);
  const double sign = bits >> (exponent_bits + fraction_bits) ? -1 : 1;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  if (exponent == (1u << exponent_bits) - 1) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
  }
  const double part = std::ldexp(fraction, -fraction_bits);
  return exponent == 0 ? sign * std::ldexp(part, 1 - bias)
                       : sign * std::ldexp(1 + part, static_cast<int>(exponent) - bias);
}

void expect_all(FloatFormat format, int exponent_bits, int fraction_bits) {
  std::vector<std::uint16_t> stored(65536);
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<std::uint16_t>(i);
  std::vector<float> found(stored.size());
  to_float32(format, std::as_bytes(std::span(stored)), found);
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const double expected = by_definition(bits, exponent_bits, fraction_bits);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(found[bits])) << bits;
    } else {
      ASSERT_EQ(found[bits], expected) << bits;
      ASSERT_EQ(std::signbit(found[bits]), std::signbit(expected)) << bits;
    }
  }
}

TEST(DTypes, EveryFloat16) {
  expect_all(FloatFormat::float16, 5, 10);
}

TEST(DTypes, EveryBfloat16) {
  expect_all(FloatFormat::bfloat16, 8, 7);
}

TEST(DTypes, DoublesAreRoundedFromAnyAddress) {
  const double numbers[] = {0.1, -1e300, 1 + 0x1p-30, 0x1p-149};
  std::vector<std::byte> shifted(1 + sizeof numbers);
  std::copy_n(reinterpret_cast<const std::byte*>(numbers), sizeof numbers, shifted.data() + 1);
  std::vector<float> found(4);
  to_float32(FloatFormat::float64, std::span(shifted).subspan(1), found);
  EXPECT_EQ(found, (std::vector<float>{0.1F, -std::numeric_limits<float>::infinity(), 1, 0x1p-149F}));
}

TEST(DTypes, HaveNumbersAndNames) {
  for (int number : {1, 10, 11, 16}) EXPECT_EQ(dtype_of_onnx(number), DType::f32) << number;
  for (int number : {0, 4, 5, 8, 12, 13, 14, 15, 17, 22, 23, 26, 27, -1}) {
    EXPECT_FALSE(dtype_of_onnx(number)) << number;
  }
  EXPECT_EQ(onnx_dtype_name(10), "float16");
  EXPECT_EQ(onnx_dtype_name(16), "bfloat16");
  EXPECT_EQ(onnx_dtype_name(17), "float8e4m3fn");
  EXPECT_EQ(onnx_dtype_name(23), "float4e2m1");
  EXPECT_EQ(onnx_dtype_name(99), "99 (unknown)");
}

}  // namespace
}  // namespace yy
