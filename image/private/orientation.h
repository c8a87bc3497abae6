// Exif orientation of JPEG files: reading the tag, and turning pictures and rectangles by it. Private to this
// folder. An orientation is 1 to 8 as in Exif 2.32 section 4.6.4, tag 0x0112: 1 upright, 2 mirrored, 3 half
// turn, 4 upside down mirrored, 5 transposed, 6 to be turned clockwise, 7 transposed across the other
// diagonal, 8 to be turned counter-clockwise.
#pragma once

#include <cstdint>
#include <span>

#include "image/image.h"

namespace yy {

// 1 where the file has no such tag or a damaged one: a picture is shown unturned rather than refused.
int read_jpeg_orientation(std::span<const uint8_t> bytes);

inline bool swaps_sides(int orientation) {
  return orientation >= 5;
}

// The part of a stored picture (stored_width x stored_height) that becomes `oriented` once the picture is
// turned.
Rect stored_region(const Rect& oriented, int stored_width, int stored_height, int orientation);

void turn(const Image& stored, int orientation, Image& out);

}  // namespace yy
