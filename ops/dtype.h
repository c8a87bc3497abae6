// ONNX's numbers for element types (TensorProto.DataType), and how files hold numbers that are float32 to us:
// float16, bfloat16 and double are widened or rounded to it when they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "runtime/tensor.h"

namespace yy {

std::optional<DType> dtype_of_onnx(std::int64_t number);  // nothing for a type that we do not hold
std::string onnx_dtype_name(std::int64_t number);         // "float16", or "99 (unknown)"

enum class FloatFormat { float32, float16, bfloat16, float64 };

std::optional<FloatFormat> float_format_of_onnx(std::int64_t number);  // nothing for a type that is no float
std::size_t size_of(FloatFormat format);                               // bytes of one number

// `from` holds to.size() little-endian numbers. Doubles are rounded to the nearest float32, beyond its range
// to infinity; all else is exact.
void to_float32(FloatFormat format, std::span<const std::byte> from, std::span<float> to);

}  // namespace yy
