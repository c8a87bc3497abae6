#include "image/private/orientation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace yy {
namespace {

// Reads numbers at offsets that the file chose; out of bounds is nothing.
class TiffReader {
 public:
  TiffReader(std::span<const uint8_t> bytes, bool little_endian)
      : bytes_(bytes), little_endian_(little_endian) {}

  std::optional<uint32_t> number(size_t offset, size_t width) const {
    if (offset > bytes_.size() || width > bytes_.size() - offset) return std::nullopt;
    uint32_t value = 0;
    for (size_t i = 0; i < width; ++i) {
      const size_t at = little_endian_ ? offset + width - 1 - i : offset + i;
      value = value << 8 | bytes_[at];
    }
    return value;
  }

 private:
  std::span<const uint8_t> bytes_;
  bool little_endian_;
};

int orientation_in_tiff(std::span<const uint8_t> tiff) {
  constexpr uint32_t tag_orientation = 0x0112;
  constexpr uint32_t type_short = 3;
  constexpr uint32_t type_long = 4;
  if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) return 1;
  const TiffReader reader(tiff, tiff[0] == 'I');
  if (reader.number(2, 2) != 42U) return 1;
  const size_t directory = reader.number(4, 4).value_or(0);
  const uint32_t entries = reader.number(directory, 2).value_or(0);
  for (uint32_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + size_t{12} * i;
    const auto tag = reader.number(entry, 2);
    if (!tag) return 1;
    if (*tag != tag_orientation) continue;
    const auto type = reader.number(entry + 2, 2);
    if (type != type_short && type != type_long) return 1;
    const uint32_t value = reader.number(entry + 8, type == type_short ? 2 : 4).value_or(1);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// What one step to the right, or down, in the turned picture is in the stored one, and where its first pixel
// lies.
struct Walk {
  int x, y;              // of the stored pixel that lands at (0, 0)
  int right_x, right_y;  // stored step per turned column
  int down_x, down_y;    // stored step per turned row
};

Walk walk_of(int orientation, int width, int height) {
  const int last_x = width - 1;
  const int last_y = height - 1;
  switch (orientation) {
    case 2:
      return {last_x, 0, -1, 0, 0, 1};
    case 3:
      return {last_x, last_y, -1, 0, 0, -1};
    case 4:
      return {0, last_y, 1, 0, 0, -1};
    case 5:
      return {0, 0, 0, 1, 1, 0};
    case 6:
      return {0, last_y, 0, -1, 1, 0};
    case 7:
      return {last_x, last_y, 0, -1, -1, 0};
    case 8:
      return {last_x, 0, 0, 1, -1, 0};
    default:
      return {0, 0, 1, 0, 0, 1};
  }
}

}  // namespace

int read_jpeg_orientation(std::span<const uint8_t> bytes) {
  constexpr std::string_view exif("Exif\0\0", 6);
  size_t at = 2;
  while (at + 4 <= bytes.size() && bytes[at] == 0xFF) {
    const uint8_t marker = bytes[at + 1];
    if (marker == 0xFF) {  // a marker may be preceded by any number of fill bytes
      ++at;
      continue;
    }
    if (marker == 0xDA || marker == 0xD9) return 1;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // these have no length
      at += 2;
      continue;
    }
    const size_t length = static_cast<size_t>(bytes[at + 2]) << 8 | bytes[at + 3];
    if (length < 2 || length > bytes.size() - at - 2) return 1;
    const auto payload = bytes.subspan(at + 4, length - 2);
    if (marker == 0xE1 && payload.size() >= exif.size() &&
        std::equal(exif.begin(), exif.end(), payload.begin()))
      return orientation_in_tiff(payload.subspan(exif.size()));
    at += 2 + length;
  }
  return 1;
}

Rect stored_region(const Rect& oriented, int stored_width, int stored_height, int orientation) {
  const Walk walk = walk_of(orientation, stored_width, stored_height);
  const auto stored_x = [&](int x, int y) { return walk.x + x * walk.right_x + y * walk.down_x; };
  const auto stored_y = [&](int x, int y) { return walk.y + x * walk.right_y + y * walk.down_y; };
  const auto [left, right] =
      std::minmax({stored_x(oriented.x, oriented.y), stored_x(oriented.right() - 1, oriented.bottom() - 1)});
  const auto [top, bottom] =
      std::minmax({stored_y(oriented.x, oriented.y), stored_y(oriented.right() - 1, oriented.bottom() - 1)});
  return {left, top, right - left + 1, bottom - top + 1};
}

void turn(const Image& stored, int orientation, Image& out) {
  const bool swapped = swaps_sides(orientation);
  out.width = swapped ? stored.height : stored.width;
  out.height = swapped ? stored.width : stored.height;
  // The inverse of a quarter turn is the other quarter turn; the remaining orientations are their own
  // inverses.
  const int inverse = orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
  out.region = stored_region(stored.region, out.width, out.height, inverse);
  out.pixels.resize(stored.pixels.size());

  const Walk walk = walk_of(orientation, stored.region.width, stored.region.height);
  const ptrdiff_t row_bytes = ptrdiff_t{3} * stored.region.width;
  const ptrdiff_t step = walk.right_y * row_bytes + ptrdiff_t{3} * walk.right_x;
  uint8_t* to = out.pixels.data();
  for (int y = 0; y < out.region.height; ++y) {
    const ptrdiff_t start_x = walk.x + ptrdiff_t{y} * walk.down_x;
    const ptrdiff_t start_y = walk.y + ptrdiff_t{y} * walk.down_y;
    const ptrdiff_t start = start_y * row_bytes + 3 * start_x;
    for (int x = 0; x < out.region.width; ++x, to += 3)
      std::copy_n(stored.pixels.data() + start + x * step, 3, to);
  }
}

}  // namespace yy
