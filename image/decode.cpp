#include "image/decode.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

#include "image/private/codec.h"
#include "image/private/orientation.h"
#include "runtime/error.h"

namespace yy {
namespace {

bool starts_with(std::span<const uint8_t> bytes, std::span<const uint8_t> signature) {
  return bytes.size() >= signature.size() && std::equal(signature.begin(), signature.end(), bytes.begin());
}

ImageFormat sniff(std::span<const uint8_t> bytes) {
  constexpr std::array<uint8_t, 3> jpeg = {0xFF, 0xD8, 0xFF};
  constexpr std::array<uint8_t, 8> png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (bytes.empty()) throw Error(ErrorCode::image, "the file is empty");
  if (bytes.size() > max_image_bytes)
    throw Error(ErrorCode::image,
                fmt::format("the file has {} bytes, expected at most {}", bytes.size(), max_image_bytes));
  if (starts_with(bytes, jpeg)) return ImageFormat::jpeg;
  if (starts_with(bytes, png)) return ImageFormat::png;
  std::string shown;
  for (const uint8_t byte : bytes.first(std::min<size_t>(bytes.size(), 8)))
    shown += fmt::format(" {:02x}", byte);
  throw Error(ErrorCode::image, "neither JPEG nor PNG: the file starts with bytes" + shown);
}

int orientation_of(std::span<const uint8_t> bytes, ImageFormat format, bool asked) {
  return asked && format == ImageFormat::jpeg ? read_jpeg_orientation(bytes) : 1;
}

}  // namespace

void check_picture_size(uint64_t width, uint64_t height, uint64_t max_pixels) {
  constexpr auto side = static_cast<uint64_t>(max_image_side);
  if (width < 1 || height < 1 || width > side || height > side)
    throw Error(ErrorCode::image,
                fmt::format("the picture is {} x {}, expected sides from 1 to {}", width, height, side));
  if (width * height > max_pixels)
    throw Error(ErrorCode::image, fmt::format("the picture is {} x {} = {} pixels, expected at most {}",
                                              width, height, width * height, max_pixels));
}

void prepare_image(Image& image, PictureSize size, const Rect& region) {
  image.width = size.width;
  image.height = size.height;
  image.region = region;
  const size_t bytes = static_cast<size_t>(region.width) * static_cast<size_t>(region.height) * 3;
  image.pixels.reserve(bytes);  // resize alone may take twice as much
  image.pixels.resize(bytes);
}

Rect RegionRule::wanted(PictureSize size) const {
  check_picture_size(static_cast<uint64_t>(size.width), static_cast<uint64_t>(size.height), max_pixels());
  Rect whole{0, 0, size.width, size.height};
  if (swaps_sides(orientation_)) std::swap(whole.width, whole.height);
  const Rect region = region_.value_or(whole);
  // Differences, because a sum of two hostile ints may overflow.
  if (region.x < 0 || region.y < 0 || region.width < 1 || region.height < 1 ||
      region.width > whole.width - region.x || region.height > whole.height - region.y)
    throw Error(ErrorCode::image,
                fmt::format("the region of {} x {} pixels at ({}, {}) is not inside the picture of {} x {}",
                            region.width, region.height, region.x, region.y, whole.width, whole.height));
  return stored_region(region, size.width, size.height, orientation_);
}

ImageHeader read_image_header(std::span<const uint8_t> bytes, bool exif_orientation) {
  const ImageFormat format = sniff(bytes);
  PictureSize size = format == ImageFormat::jpeg ? read_jpeg_size(bytes) : read_png_size(bytes);
  if (swaps_sides(orientation_of(bytes, format, exif_orientation))) std::swap(size.width, size.height);
  return {format, size.width, size.height};
}

Image decode_image(std::span<const uint8_t> bytes, const DecodeOptions& options) {
  Image image;
  DecodeScratch scratch;
  decode_image(bytes, options, image, scratch);
  return image;
}

void decode_image(std::span<const uint8_t> bytes, const DecodeOptions& options, Image& image,
                  DecodeScratch& scratch) {
  const ImageFormat format = sniff(bytes);
  const int orientation = orientation_of(bytes, format, options.exif_orientation);
  const RegionRule rule(options.region, orientation, std::max<int64_t>(options.max_pixels, 0));
  Image& stored = orientation == 1 ? image : scratch.stored;
  if (format == ImageFormat::jpeg) {
    decode_jpeg(bytes, rule, stored, scratch.samples);
  } else {
    decode_png(bytes, rule, stored, scratch.samples);
  }
  if (orientation != 1) turn(stored, orientation, image);
}

}  // namespace yy
