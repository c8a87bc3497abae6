// JPEGs that we write are read back by our own decoder.
#include "image/encode.h"

#include <cmath>
#include <gtest/gtest.h>

#include "image/decode.h"
#include "runtime/error.h"

namespace yy {
namespace {

std::vector<uint8_t> gradient(int width, int height) {
  std::vector<uint8_t> pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      pixels.push_back(static_cast<uint8_t>(255 * x / std::max(width - 1, 1)));
      pixels.push_back(static_cast<uint8_t>(255 * y / std::max(height - 1, 1)));
      pixels.push_back(128);
    }
  }
  return pixels;
}

TEST(EncodeJpeg, IsReadBack) {
  for (const auto& [width, height] : {std::pair{1, 1}, {128, 96}, {17, 300}}) {
    const std::vector<uint8_t> pixels = gradient(width, height);
    const Image image = decode_image(encode_jpeg(width, height, pixels, 95));
    ASSERT_EQ(image.width, width);
    ASSERT_EQ(image.height, height);
    double difference = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) difference += std::abs(image.pixels[i] - pixels[i]);
    EXPECT_LT(difference / static_cast<double>(pixels.size()), 6) << width << " x " << height;
  }
}

TEST(EncodeJpeg, QualityCostsBytes) {
  const std::vector<uint8_t> pixels = gradient(128, 96);
  EXPECT_LT(encode_jpeg(128, 96, pixels, 30).size(), encode_jpeg(128, 96, pixels, 95).size());
}

TEST(EncodeJpeg, RefusesSizesThatDoNotFit) {
  EXPECT_THROW(encode_jpeg(0, 4, {}, 75), Error);
  EXPECT_THROW(encode_jpeg(4, 4, std::vector<uint8_t>(47), 75), Error);
  EXPECT_THROW(encode_jpeg(70000, 1, std::vector<uint8_t>(210000), 75), Error);  // libjpeg's own limit
}

}  // namespace
}  // namespace yy
