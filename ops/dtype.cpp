#include "ops/dtype.h"

#include <array>

namespace yy {

std::optional<DType> dtype_of_onnx(std::int64_t number) {
  switch (number) {
    case 1:
      return DType::f32;
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
  constexpr std::array names = {"undefined", "float32", "uint8",     "int8",       "uint16",  "int16",
                                "int32",     "int64",   "string",    "bool",       "float16", "double",
                                "uint32",    "uint64",  "complex64", "complex128", "bfloat16"};
  if (number >= 0 && number < static_cast<std::int64_t>(names.size())) {
    return names[static_cast<std::size_t>(number)];
  }
  return std::to_string(number) + " (unknown)";
}

}  // namespace yy
