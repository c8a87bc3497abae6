// Fuzz target: any bytes as a picture, whole and in part.
#include <cstddef>
#include <cstdint>

#include "image/decode.h"
#include "runtime/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  yy::DecodeOptions options;
  options.exif_orientation = size % 2 == 1;
  options.max_pixels = 1'000'000;  // larger pictures only cost time
  try {
    const yy::ImageHeader header = yy::read_image_header({data, size}, options.exif_orientation);
    yy::decode_image({data, size}, options);
    options.region =
        yy::Rect{header.width / 3, header.height / 3, (header.width + 2) / 3, (header.height + 2) / 3};
    yy::decode_image({data, size}, options);
  } catch (const yy::Error&) {
  }
  return 0;
}
