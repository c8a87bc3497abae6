// A decoded picture, or the part of one that somebody asked for: 8-bit RGB, rows top to bottom, no padding.
// Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yy {

// Pixels, counted from the top left corner of the whole picture.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  int right() const { return x + width; }
  int bottom() const { return y + height; }
  bool contains(const Rect& other) const {
    return other.x >= x && other.y >= y && other.right() <= right() && other.bottom() <= bottom();
  }

  friend bool operator==(const Rect&, const Rect&) = default;
};

struct Image {
  int width = 0;  // of the whole picture
  int height = 0;
  Rect region;                  // the part that `pixels` holds
  std::vector<uint8_t> pixels;  // region.height x region.width x 3

  // First pixel held of row y, where y counts from the top of the whole picture and lies in the region.
  const uint8_t* row(int y) const {
    return pixels.data() + static_cast<size_t>(y - region.y) * static_cast<size_t>(region.width) * 3;
  }
};

}  // namespace yy
