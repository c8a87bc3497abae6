// Antialiased resize of 8-bit RGB, equal to the last bit to `Image.resize((w, h), how, box=box)` of Pillow up
// to version 12: first across, for the rows that are needed, rounded to 8 bits, then down. (Pillow 13 swaps
// the passes for some shapes.) Throws yy::Error (image). Safe from several threads, each with a scratch of
// its own.
#pragma once

#include <cstdint>
#include <vector>

#include "image/image.h"
#include "ops/resample.h"

namespace yy {

// Corners in pixels of the whole picture, float32 as in Pillow: x0 <= x < x1, y0 <= y < y1.
struct Box {
  float x0 = 0;
  float y0 = 0;
  float x1 = 0;
  float y1 = 0;

  friend bool operator==(const Box&, const Box&) = default;
};

// Weights as the vector instructions want them (image/private/resample_loops.h).
struct PackedWeights {
  int groups = 0;  // of taps per output
  std::vector<uint32_t> words;
};

// Memory kept from one picture to the next. Its contents mean nothing between calls.
struct ResizeScratch {
  ResampleAxis across;
  ResampleAxis down;
  ResampleSpan across_span;  // what `across` was planned for; an empty span where nothing is planned
  ResampleSpan down_span;
  Interpolation planned = Interpolation::none;
  PackedWeights across_packed;
  PackedWeights down_packed;
  std::vector<uint8_t> rows;    // the picture after the pass across
  std::vector<uint8_t> pixels;  // a resized picture on its way to floats
};

// The pixels that resize reads: the box and what the filter reaches outside it, clipped to a picture of width
// x height.
Rect resize_reads(int width, int height, const Box& box, Interpolation how, int out_width, int out_height);

// `src` must hold resize_reads(...). `out` takes out_height x out_width x 3 bytes. With Interpolation::none
// the box must have whole coordinates and the output's size; its pixels are copied.
void resize(const Image& src, const Box& box, Interpolation how, int out_width, int out_height, uint8_t* out,
            ResizeScratch& scratch);

}  // namespace yy
