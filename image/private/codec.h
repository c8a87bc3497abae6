// The two decoders behind decode.h. Private to this folder. Both read untrusted bytes and throw yy::Error
// (image).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "image/decode.h"

namespace yy {

struct PictureSize {
  int width = 0;
  int height = 0;
};

// Throws where a side or the number of pixels is over the limit.
void check_picture_size(uint64_t width, uint64_t height, uint64_t max_pixels);

// `wanted` names the part to decode, given the size that the file's header tells; decoders call it once
// before they allocate.
class RegionRule {
 public:
  RegionRule(std::optional<Rect> region, int orientation, int64_t max_pixels)
      : region_(region), orientation_(orientation), max_pixels_(max_pixels) {}

  Rect wanted(PictureSize size) const;
  uint64_t max_pixels() const { return static_cast<uint64_t>(max_pixels_); }

 private:
  std::optional<Rect> region_;
  int orientation_;
  int64_t max_pixels_;
};

// Makes room for the pixels of `region`, whatever they are.
void prepare_image(Image& image, PictureSize size, const Rect& region);

// `samples` is memory to work in.
PictureSize read_jpeg_size(std::span<const uint8_t> bytes);
void decode_jpeg(std::span<const uint8_t> bytes, const RegionRule& rule, Image& image,
                 std::vector<uint8_t>& samples);

PictureSize read_png_size(std::span<const uint8_t> bytes);
void decode_png(std::span<const uint8_t> bytes, const RegionRule& rule, Image& image,
                std::vector<uint8_t>& samples);

}  // namespace yy
