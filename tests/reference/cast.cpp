#include <map>

#include "tests/reference/reference.h"

namespace yy::test {
namespace {

std::int64_t narrowed(std::int64_t value, DType to) {
  switch (to) {
    case DType::i32:
      return static_cast<std::int32_t>(value);
    case DType::i8:
      return static_cast<std::int8_t>(value);
    case DType::u8:
      return static_cast<std::uint8_t>(value);
    case DType::boolean:
      return value != 0;
    case DType::i64:
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      break;
  }
  return value;
}

}  // namespace

std::vector<Array> reference_cast(const Case& c, Inputs inputs) {
  // A model's float16, double and bfloat16 are float32; only a pass, which has no opset, asks for bfloat16.
  const DType bfloat16 = c.source.opset == 0 ? DType::bf16 : DType::f32;
  const std::map<std::int64_t, DType> onnx = {{1, DType::f32},  {2, DType::u8},   {3, DType::i8},
                                              {6, DType::i32},  {7, DType::i64},  {9, DType::boolean},
                                              {10, DType::f32}, {11, DType::f32}, {16, bfloat16}};
  const Array& x = *inputs[0];
  Array y(onnx.at(int_attribute(c, "to", 0)), x.dims);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    if (y.is_real()) {
      y.real[i] =
          static_cast<double>(x.is_real() ? static_cast<float>(x.real[i]) : static_cast<float>(x.whole[i]));
      if (y.dtype == DType::bf16) y.real[i] = round_to(DType::bf16, y.real[i]);
    } else if (x.is_real() && y.dtype == DType::boolean) {
      y.whole[i] = x.real[i] != 0;
    } else {
      y.whole[i] =
          narrowed(x.is_real() ? static_cast<std::int64_t>(std::trunc(x.real[i])) : x.whole[i], y.dtype);
    }
  }
  return {y};
}

}  // namespace yy::test
