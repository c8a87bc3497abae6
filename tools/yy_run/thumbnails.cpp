#include "tools/yy_run/thumbnails.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "image/decode.h"
#include "image/encode.h"
#include "image/resize.h"
#include "runtime/error.h"
#include "tools/yy_run/worker.h"

namespace yy {
namespace {

constexpr int longest_side = 128;
constexpr int quality = 75;

// RFC 4648, section 4.
std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) three = three << 8U | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? digits[three >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

}  // namespace

std::optional<std::string> thumbnail_of(const ImageList& images, std::size_t i, bool exif_orientation) {
  try {
    std::string path;
    images.write_path(i, path);
    std::vector<std::uint8_t> bytes;
    read_picture(path, bytes);
    DecodeOptions options;
    options.exif_orientation = exif_orientation;
    const Image image = decode_image(bytes, options);
    const double scale =
        std::min(1.0, longest_side / static_cast<double>(std::max(image.width, image.height)));
    const auto side = [scale](int pixels) {
      return std::max(1, static_cast<int>(std::lround(pixels * scale)));
    };
    const int width = side(image.width), height = side(image.height);
    std::vector<std::uint8_t> small(std::size_t{3} * width * height);
    ResizeScratch scratch;
    const Box whole{0, 0, static_cast<float>(image.width), static_cast<float>(image.height)};
    resize(image, whole, Interpolation::bilinear, width, height, small.data(), scratch);
    return "data:image/jpeg;base64," + base64(encode_jpeg(width, height, small, quality));
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace yy
