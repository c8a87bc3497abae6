#include "ops/dtype.h"

#include <array>
#include <bit>
#include <cstring>

namespace yy {
namespace {

float widen_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

// 1 bit sign, 5 bits exponent (bias 15), 10 bits fraction; float32 has 8 (bias 127) and 23.
float widen_float16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1fu, fraction = bits & 0x3ffu;
  if (exponent == 0) {  // zero and subnormals: fraction * 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide_exponent = exponent == 0x1f ? 0xffu : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide_exponent << 23 | fraction << 13);
}

template <class Stored, class Convert>
void convert_all(std::span<const std::byte> from, std::span<float> to, const Convert& convert) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, from.data() + i * sizeof stored, sizeof stored);  // `from` may lie anywhere
    to[i] = convert(stored);
  }
}

}  // namespace

std::optional<DType> dtype_of_onnx(std::int64_t number) {
  if (float_format_of_onnx(number)) return DType::f32;
  switch (number) {
    case 2:
      return DType::u8;
    case 3:
      return DType::i8;
    case 6:
      return DType::i32;
    case 7:
      return DType::i64;
    case 9:
      return DType::boolean;
    default:
      return std::nullopt;
  }
}

std::string onnx_dtype_name(std::int64_t number) {
  constexpr std::array names = {"undefined",      "float32",  "uint8",        "int8",           "uint16",
                                "int16",          "int32",    "int64",        "string",         "bool",
                                "float16",        "double",   "uint32",       "uint64",         "complex64",
                                "complex128",     "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
                                "float8e5m2fnuz", "uint4",    "int4",         "float4e2m1",     "float8e8m0",
                                "uint2",          "int2"};
  if (number >= 0 && number < static_cast<std::int64_t>(names.size())) {
    return names[static_cast<std::size_t>(number)];
  }
  return std::to_string(number) + " (unknown)";
}

std::optional<FloatFormat> float_format_of_onnx(std::int64_t number) {
  switch (number) {
    case 1:
      return FloatFormat::float32;
    case 10:
      return FloatFormat::float16;
    case 11:
      return FloatFormat::float64;
    case 16:
      return FloatFormat::bfloat16;
    default:
      return std::nullopt;
  }
}

std::size_t size_of(FloatFormat format) {
  switch (format) {
    case FloatFormat::float32:
      return 4;
    case FloatFormat::float16:
    case FloatFormat::bfloat16:
      return 2;
    case FloatFormat::float64:
      return 8;
  }
  return 0;
}

void to_float32(FloatFormat format, std::span<const std::byte> from, std::span<float> to) {
  switch (format) {
    case FloatFormat::float32:
      if (!to.empty()) std::memcpy(to.data(), from.data(), to.size_bytes());
      break;
    case FloatFormat::float16:
      convert_all<std::uint16_t>(from, to, widen_float16);
      break;
    case FloatFormat::bfloat16:
      convert_all<std::uint16_t>(from, to, widen_bfloat16);
      break;
    case FloatFormat::float64:
      convert_all<double>(from, to, [](double number) { return static_cast<float>(number); });
      break;
  }
}

}  // namespace yy
