// From a decoded picture to the row a net reads: a centred square, resized, then (pixel - mean) / std.
// Results equal Pillow's (up to version 12) and numpy's float32 arithmetic to the last bit. Throws yy::Error
// (image). Safe from several threads, each with a scratch of its own.
#pragma once

#include <array>
#include <cstdint>

#include "image/image.h"
#include "image/resize.h"
#include "ops/resample.h"

namespace yy {

struct Preprocess {
  int size = 224;       // of the square that the net reads
  double crop = 0.875;  // side of the centred square over the picture's shorter side, above 0 and at most 1
  Interpolation interpolation = Interpolation::bilinear;  // none: pictures must already be size x size
  std::array<float, 3> mean = {0, 0, 0};                  // of red, green and blue, on the scale 0 to 255
  std::array<float, 3> std = {1, 1, 1};

  friend bool operator==(const Preprocess&, const Preprocess&) = default;
};

// c = crop * min(width, height); (width - c) / 2 and (height - c) / 2 to the left of and above the square: in
// double, then rounded to float32. The whole picture where there is no interpolation. Throws where `how` or
// the picture's size does not allow it.
Box crop_box(int width, int height, const Preprocess& how);

// The pixels that write_row and write_pixels read from a picture of this size: what decode_image should be
// asked for.
Rect needed_region(int width, int height, const Preprocess& how);

// The smallest rectangle around both.
Rect unite(const Rect& a, const Rect& b);

// The resized square: size x size x 3 bytes.
void write_pixels(const Image& image, const Preprocess& how, uint8_t* pixels, ResizeScratch& scratch);

// `pixels` of write_pixels -> size x size x 3 floats.
void normalise(const uint8_t* pixels, const Preprocess& how, float* row);

// Both in one: size x size x 3 floats, channels last.
void write_row(const Image& image, const Preprocess& how, float* row, ResizeScratch& scratch);

}  // namespace yy
