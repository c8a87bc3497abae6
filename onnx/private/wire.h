// A first walk over protobuf bytes, before protobuf itself sees them: are they whole, do they look like the
// message expected, and how many parts would parsing create? Allocates nothing.
#pragma once

#include <cstddef>
#include <span>

namespace yy {

// Both throw Error (model) that completes the sentence "<file> ...": "is empty", "is truncated: ...".
void check_model_bytes(std::span<const std::byte> bytes);
void check_tensor_bytes(std::span<const std::byte> bytes);

}  // namespace yy
