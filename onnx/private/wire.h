// A first walk over protobuf bytes, before protobuf itself sees them: are they whole, do they look like the
// message expected, how many parts would parsing create, and how deep do they nest? What protobuf then parses
// is a copy without the raw data of tensors, which stays where it is until its tensor is made.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "onnx/private/byte_source.h"

namespace yy {

struct Extent {
  std::size_t at = 0, size = 0;
};

struct Skeleton {
  std::string message;           // every raw_data in it is an index into `raw_data`: 4 bytes, little-endian
  std::vector<Extent> raw_data;  // bytes of the source
};

// Both throw Error (model) that completes the sentence "<file> ...": "is empty", "is truncated: ...".
Skeleton read_model_skeleton(const ByteSource& source);
Skeleton read_tensor_skeleton(const ByteSource& source);

}  // namespace yy
