// Crop boxes, float rows and regions against Pillow and numpy (make_cases.py).
#include "image/preprocess.h"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>

#include "runtime/error.h"
#include "tests/image/test_pictures.h"

namespace yy::test {
namespace {

struct PreprocessCase {
  uint32_t seed;
  int width, height;
  int size;
  double crop;
  Interpolation how;
  Box box;
  uint32_t crc_pixels, crc_row;
};

const PreprocessCase cases[] = {
#include "tests/image/preprocess_cases.inc"
};

Preprocess settings_of(const PreprocessCase& c) {
  return {c.size, c.crop, c.how, {123.675F, 116.28F, 103.53F}, {58.395F, 57.12F, 57.375F}};
}

uint32_t crc_of(const std::vector<float>& row) {
  Bytes bytes(row.size() * sizeof(float));
  std::memcpy(bytes.data(), row.data(), bytes.size());
  return crc32(bytes);
}

TEST(Preprocess, EqualsPillowAndNumpy) {
  ResizeScratch scratch;
  for (const PreprocessCase& c : cases) {
    SCOPED_TRACE(testing::Message() << c.width << " x " << c.height << " to " << c.size << ", crop "
                                    << c.crop);
    const Preprocess how = settings_of(c);
    EXPECT_EQ(crop_box(c.width, c.height, how), c.box);
    const Rect region = needed_region(c.width, c.height, how);
    const Image part = cut(noise(c.seed, c.width, c.height), region);
    const size_t values = static_cast<size_t>(c.size) * static_cast<size_t>(c.size) * 3;
    Bytes pixels(values);
    std::vector<float> row(values);
    write_pixels(part, how, pixels.data(), scratch);
    write_row(part, how, row.data(), scratch);
    EXPECT_EQ(crc32(pixels), c.crc_pixels);
    EXPECT_EQ(crc_of(row), c.crc_row);
    std::vector<float> again(values);
    normalise(pixels.data(), how, again.data());
    EXPECT_EQ(again, row);
  }
}

TEST(Preprocess, OneRegionServesTwoSettings) {
  ResizeScratch scratch;
  const Image image = noise(7, 200, 120);
  const Preprocess small{24, 0.875, Interpolation::bilinear, {}, {1, 1, 1}};
  const Preprocess large{40, 0.95, Interpolation::bicubic, {}, {1, 1, 1}};
  const Image part = cut(image, unite(needed_region(200, 120, small), needed_region(200, 120, large)));
  EXPECT_LT(part.region.width, 140) << "most columns outside the square are not needed";
  for (const Preprocess& how : {small, large}) {
    Bytes from_part(static_cast<size_t>(how.size * how.size * 3));
    Bytes from_whole(from_part.size());
    write_pixels(part, how, from_part.data(), scratch);
    write_pixels(image, how, from_whole.data(), scratch);
    EXPECT_EQ(from_part, from_whole);
  }
}

TEST(Preprocess, UniteIsTheSmallestRectangleAroundBoth) {
  EXPECT_EQ(unite({2, 3, 4, 5}, {5, 1, 10, 2}), (Rect{2, 1, 13, 7}));
  EXPECT_EQ(unite({0, 0, 9, 9}, {1, 1, 2, 2}), (Rect{0, 0, 9, 9}));
}

TEST(Preprocess, NoneTakesPicturesOfItsSizeOnly) {
  ResizeScratch scratch;
  const Preprocess how{8, 0.875, Interpolation::none, {1, 2, 3}, {2, 4, 8}};
  const Image image = noise(1, 8, 8);
  EXPECT_EQ(needed_region(8, 8, how), whole(8, 8));
  std::vector<float> row(8 * 8 * 3);
  write_row(image, how, row.data(), scratch);
  for (size_t i = 0; i < row.size(); ++i)
    ASSERT_EQ(row[i], (static_cast<float>(image.pixels[i]) - how.mean[i % 3]) / how.std[i % 3]);
  try {
    write_row(noise(1, 8, 9), how, row.data(), scratch);
    FAIL() << "a picture of another size was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::image);
    EXPECT_NE(std::string(error.what()).find("8 x 9, expected 8 x 8"), std::string::npos) << error.what();
  }
}

TEST(Preprocess, RefusesSettingsOutOfRange) {
  for (const double crop : {0.0, -1.0, 1.01, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THROW(crop_box(10, 10, {8, crop, Interpolation::bilinear, {}, {1, 1, 1}}), Error);
  EXPECT_THROW(crop_box(10, 10, {0, 1, Interpolation::bilinear, {}, {1, 1, 1}}), Error);
  EXPECT_THROW(needed_region(0, 10, {8, 1, Interpolation::bilinear, {}, {1, 1, 1}}), Error);
}

}  // namespace
}  // namespace yy::test
