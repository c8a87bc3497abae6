// numpy's .npy files <-> tensors. Read: format versions 1 to 3, little-endian float32, float16 and float64
// (which become float32), int64, int32, int8, uint8 and bool, in C or Fortran order. Written: version 1.0, C
// order. The bytes read are not trusted. Throws Error (failure).
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "runtime/tensor.h"

namespace yy {

Tensor read_npy(const std::filesystem::path& file);

// `name` stands for the file in messages.
Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name);

std::string npy_header(const TensorDesc& desc);  // all of the file but the elements, which are row-major

}  // namespace yy
