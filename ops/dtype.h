// ONNX's numbers for element types (TensorProto.DataType).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/tensor.h"

namespace yy {

std::optional<DType> dtype_of_onnx(std::int64_t number);  // nothing for a type that we do not hold
std::string onnx_dtype_name(std::int64_t number);         // "float16", or "12 (unknown)"

}  // namespace yy
