// JPEG and PNG files in memory -> RGB pixels, equal to Pillow's `Image.open(f).convert('RGB')` but for 16-bit
// grey. The bytes are not trusted: sizes are checked before anything is allocated, and whatever is wrong with
// the file, truncation and the libraries' corrupt-data warnings included, ends in yy::Error (image).
// Safe to call from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "image/image.h"

namespace yy {

inline constexpr size_t max_image_bytes = size_t{64} << 20;
inline constexpr int max_image_side = 65500;  // libjpeg's own limit

enum class ImageFormat { jpeg, png };

struct ImageHeader {
  ImageFormat format = ImageFormat::jpeg;
  int width = 0;  // as decode_image will return them: swapped where the orientation turns the picture
  int height = 0;
};

struct DecodeOptions {
  // Turn the picture as the Exif tag Orientation (0x0112) of a JPEG asks. Pillow does so only in
  // ImageOps.exif_transpose.
  bool exif_orientation = false;
  // The part wanted, in the picture as returned; the whole where unset. The result holds exactly these
  // pixels, with the same values as in a full decode. Damage outside the region may go unnoticed, a missing
  // end of the file does not.
  std::optional<Rect> region = std::nullopt;
  int64_t max_pixels = 50'000'000;
};

// Reads only the head of the file. Refuses files over max_image_bytes and sides over max_image_side; the
// number of pixels is left to decode_image.
ImageHeader read_image_header(std::span<const uint8_t> bytes, bool exif_orientation);

// Grey is copied to the three channels. CMYK and YCCK JPEGs are read as Adobe writes them (inverted) and
// mixed down without a profile. Alpha and transparent colours of a PNG are dropped, not blended. Of 16-bit
// samples the high byte counts; Pillow clips 16-bit *grey* at 255 instead, which leaves most such pictures
// white. Colour profiles, gamma and the orientation in PNG files are ignored.
Image decode_image(std::span<const uint8_t> bytes, const DecodeOptions& options = {});

// Memory kept from one picture to the next. Its contents mean nothing between calls.
struct DecodeScratch {
  std::vector<uint8_t> samples;  // as the codec gives them: one row, or an interlaced picture
  Image stored;                  // a picture that is still to be turned
};

// The same into `image`, whose memory is used again; what it holds after an exception means nothing.
void decode_image(std::span<const uint8_t> bytes, const DecodeOptions& options, Image& image,
                  DecodeScratch& scratch);

}  // namespace yy
