#include "image/preprocess.h"

#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy {
namespace {

constexpr size_t channels = 3;

size_t pixels_in(const Preprocess& how) {
  return static_cast<size_t>(how.size) * static_cast<size_t>(how.size);
}

void check(int width, int height, const Preprocess& how) {
  if (how.size < 1)
    throw Error(ErrorCode::image, fmt::format("preprocessing to size {}, expected at least 1", how.size));
  if (how.interpolation == Interpolation::none) {
    if (width != how.size || height != how.size)
      throw Error(
          ErrorCode::image,
          fmt::format("the picture is {} x {}, expected {} x {} because the net's pictures are not resized",
                      width, height, how.size, how.size));
    return;
  }
  if (!(how.crop > 0 && how.crop <= 1))
    throw Error(ErrorCode::image,
                fmt::format("preprocessing with crop {}, expected above 0 and at most 1", how.crop));
}

}  // namespace

Box crop_box(int width, int height, const Preprocess& how) {
  check(width, height, how);
  if (how.interpolation == Interpolation::none)
    return {0, 0, static_cast<float>(width), static_cast<float>(height)};
  const double side = how.crop * std::min(width, height);
  const double left = (width - side) / 2;
  const double top = (height - side) / 2;
  return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(left + side),
          static_cast<float>(top + side)};
}

Rect needed_region(int width, int height, const Preprocess& how) {
  return resize_reads(width, height, crop_box(width, height, how), how.interpolation, how.size, how.size);
}

Rect unite(const Rect& a, const Rect& b) {
  const int x = std::min(a.x, b.x);
  const int y = std::min(a.y, b.y);
  return {x, y, std::max(a.right(), b.right()) - x, std::max(a.bottom(), b.bottom()) - y};
}

void write_pixels(const Image& image, const Preprocess& how, uint8_t* pixels, ResizeScratch& scratch) {
  resize(image, crop_box(image.width, image.height, how), how.interpolation, how.size, how.size, pixels,
         scratch);
}

void normalise(const uint8_t* pixels, const Preprocess& how, float* row) {
  // A byte has few values: one table replaces a division per pixel and gives the very same floats.
  std::array<std::array<float, channels>, 256> table;
  for (size_t value = 0; value < table.size(); ++value)
    for (size_t c = 0; c < channels; ++c)
      table[value][c] = (static_cast<float>(value) - how.mean[c]) / how.std[c];
  for (size_t i = 0; i < pixels_in(how); ++i, pixels += channels, row += channels)
    for (size_t c = 0; c < channels; ++c) row[c] = table[pixels[c]][c];
}

void write_row(const Image& image, const Preprocess& how, float* row, ResizeScratch& scratch) {
  crop_box(image.width, image.height, how);  // refuses a bad size before memory is taken for it
  scratch.pixels.resize(pixels_in(how) * channels);
  write_pixels(image, how, scratch.pixels.data(), scratch);
  normalise(scratch.pixels.data(), how, row);
}

}  // namespace yy
