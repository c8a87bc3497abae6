// The resize against Pillow's, bit for bit (make_cases.py), and on parts of pictures against whole ones.
#include "image/resize.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

#include "runtime/error.h"
#include "tests/image/test_pictures.h"

namespace yy::test {
namespace {

struct ResizeCase {
  uint32_t seed;
  int width, height;
  Box box;
  Interpolation how;
  int out_width, out_height;
  uint32_t crc;
  std::array<int, 3> first;
};

const ResizeCase cases[] = {
#include "tests/image/resize_cases.inc"
};

Bytes resized(const Image& image, const ResizeCase& c, ResizeScratch& scratch) {
  Bytes out(static_cast<size_t>(c.out_width) * static_cast<size_t>(c.out_height) * 3);
  resize(image, c.box, c.how, c.out_width, c.out_height, out.data(), scratch);
  return out;
}

TEST(Resize, EqualsPillow) {
  ResizeScratch scratch;
  for (const ResizeCase& c : cases) {
    SCOPED_TRACE(testing::Message() << "case " << c.seed << ", " << c.width << " x " << c.height << " to "
                                    << c.out_width << " x " << c.out_height);
    const Bytes out = resized(noise(c.seed, c.width, c.height), c, scratch);
    EXPECT_EQ(crc32(out), c.crc);
    for (size_t i = 0; i < 3; ++i) EXPECT_EQ(out[i], c.first[i]) << "channel " << i;
  }
}

TEST(Resize, PartHoldingWhatIsReadEqualsWhole) {
  ResizeScratch scratch;
  for (const ResizeCase& c : cases) {
    SCOPED_TRACE(testing::Message() << "case " << c.seed);
    const Image image = noise(c.seed, c.width, c.height);
    const Rect reads = resize_reads(c.width, c.height, c.box, c.how, c.out_width, c.out_height);
    ASSERT_TRUE(image.region.contains(reads));
    EXPECT_EQ(crc32(resized(cut(image, reads), c, scratch)), c.crc);
  }
}

TEST(Resize, ReadsNoMoreThanTheTablesName) {
  for (const ResizeCase& c : cases) {
    const ResampleSpan span{c.width, c.box.x0, c.box.x1, c.out_width};
    ResampleAxis axis;
    plan_resample(span, c.how, axis);
    int begin = c.width;
    int end = 0;
    for (size_t i = 0; i < axis.first.size(); ++i) {
      ASSERT_GE(axis.count[i], 1);
      ASSERT_LE(axis.count[i], axis.stride);
      begin = std::min(begin, axis.first[i]);
      end = std::max(end, axis.first[i] + axis.count[i]);
    }
    const ResampleRange range = resample_range(span, c.how);
    EXPECT_EQ(range.begin, begin) << "case " << c.seed;
    EXPECT_EQ(range.end, end) << "case " << c.seed;
  }
}

TEST(Resize, NonePlainlyCopies) {
  ResizeScratch scratch;
  const Image image = noise(3, 9, 7);
  Bytes out(4 * 5 * 3);
  resize(image, {2, 1, 6, 6}, Interpolation::none, 4, 5, out.data(), scratch);
  EXPECT_EQ(out, cut(image, {2, 1, 4, 5}).pixels);
}

TEST(Resize, RefusesWhatPillowRefuses) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinite = std::numeric_limits<float>::infinity();
  ResizeScratch scratch;
  const Image image = noise(1, 10, 8);
  Bytes out(300);
  const Box boxes[] = {{-1, 0, 5, 5}, {0, 0, 11, 8},   {0, 0, 10, 8.5F},
                       {5, 0, 4, 8},  {nan, 0, 10, 8}, {0, 0, 10, infinite}};
  for (const Box& box : boxes)
    EXPECT_THROW(resize(image, box, Interpolation::bicubic, 3, 3, out.data(), scratch), Error);
  EXPECT_THROW(resize(image, {0, 0, 10, 8}, Interpolation::bilinear, 0, 3, out.data(), scratch), Error);
  EXPECT_THROW(resize(image, {0, 0, 10, 8}, Interpolation::bilinear, 3, 65501, out.data(), scratch), Error);
  EXPECT_THROW(resize(image, {0, 0, 10, 8}, Interpolation::none, 3, 3, out.data(), scratch), Error);
}

TEST(Resize, RefusesAPartThatLacksPixels) {
  ResizeScratch scratch;
  const Image image = noise(1, 40, 40);
  Bytes out(300);
  const Box box{10, 10, 30, 30};
  const Rect reads = resize_reads(40, 40, box, Interpolation::bilinear, 10, 10);
  EXPECT_LT(reads.x, 10) << "the filter reaches outside the box";
  const Image part = cut(image, {10, 10, 20, 20});
  EXPECT_THROW(resize(part, box, Interpolation::bilinear, 10, 10, out.data(), scratch), Error);
}

}  // namespace
}  // namespace yy::test
