#include "image/encode.h"

#include <cstdlib>
#include <fmt/format.h>

#include "image/private/jpeg_trap.h"
#include "runtime/error.h"

namespace yy {
namespace {

// Owns what libjpeg allocates.
struct Writer {
  jpeg_compress_struct info = {};
  JpegTrap trap = {};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  Writer() {
    info.err = jpeg_std_error(&trap.base);
    trap.base.error_exit = leave_jpeg;
    trap.base.emit_message = [](j_common_ptr, int) {};
  }
  ~Writer() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  bool write(int width, int height, const uint8_t* pixels, int quality) {
    if (setjmp(trap.leave) != 0) return false;
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &bytes, &size);
    info.image_width = static_cast<JDIMENSION>(width);
    info.image_height = static_cast<JDIMENSION>(height);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    info.optimize_coding = TRUE;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      auto* row = const_cast<JSAMPROW>(pixels + std::size_t{info.next_scanline} * width * 3);
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    return true;
  }
};

}  // namespace

std::vector<uint8_t> encode_jpeg(int width, int height, std::span<const uint8_t> pixels, int quality) {
  if (width < 1 || height < 1 || pixels.size() != std::size_t{3} * width * height) {
    throw Error(ErrorCode::image, fmt::format("{} x {} RGB pixels should be {} bytes, found {}", width,
                                              height, std::int64_t{3} * width * height, pixels.size()));
  }
  Writer writer;
  if (!writer.write(width, height, pixels.data(), quality))
    throw Error(ErrorCode::image, fmt::format("the JPEG cannot be written: {}", writer.trap.message));
  return {writer.bytes, writer.bytes + writer.size};
}

}  // namespace yy
