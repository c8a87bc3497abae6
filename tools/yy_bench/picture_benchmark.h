// What happens to a picture before the first kernel, as Google Benchmarks on one thread: decode, resize,
// normalise.
#pragma once

#include <filesystem>
#include <vector>

namespace yy {

// Registers image/resize_... and image/normalise_... on made-up pixels of 500 x 375; with files
// FILE/decode and so on for each of them instead. Throws yy::Error.
void register_pictures(const std::vector<std::filesystem::path>& files);

}  // namespace yy
