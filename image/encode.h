// Pixels -> JPEG bytes, for pictures that are shown to people. Safe to call from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace yy {

// `pixels`: height x width x 3 bytes, RGB, sides from 1 to 65,500. `quality`: 1 to 100. Throws Error (image).
std::vector<uint8_t> encode_jpeg(int width, int height, std::span<const uint8_t> pixels, int quality);

}  // namespace yy
