// What the loader accepts at most. Real networks stay far below; beyond lie damaged and hostile files.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yy::onnx_limits {

inline constexpr std::size_t file_bytes = 0x7fff'ffff;  // protobuf's own limit, 2 GiB - 1
// Messages and strings in one file. Each costs up to some 200 bytes of memory for as few as 2 in the file.
inline constexpr std::size_t parts = 4'000'000;
inline constexpr int depth = 40;       // messages in messages; each subgraph takes three levels
inline constexpr int nodes = 100'000;  // also once functions and branches are put in their place
inline constexpr int initializers = 100'000;
inline constexpr int node_inputs = 10'000;  // Concat
inline constexpr int node_outputs = 256;
inline constexpr int node_attributes = 64;
inline constexpr int calls = 32;  // functions and branches in one another
// Of nodes that are copied for each call of a function: a small file must not grow without bound.
inline constexpr std::size_t copied_bytes = std::size_t{256} << 20;
inline constexpr std::size_t tensor_bytes = std::size_t{8} << 30;  // of all tensors together, as we hold them
inline constexpr std::size_t string_bytes = 64 * 1024;
inline constexpr int rank = 8;
inline constexpr std::int64_t dim = 0x7fff'ffff;

inline constexpr std::int64_t oldest_ir_version = 3;  // came with opset 7, the oldest we read
inline constexpr std::int64_t newest_ir_version = 14;

}  // namespace yy::onnx_limits
