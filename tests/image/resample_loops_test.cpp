// The vector loops of this machine against the plain ones. Pictures lie in memory of exactly their size, so
// that the address sanitizer sees what is read beside them.
#include "image/private/resample_loops.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "tests/image/test_pictures.h"

namespace yy::test {
namespace {

struct Job {
  Image image;
  Box box;
  Interpolation how = Interpolation::bilinear;
  int out_width = 1;
  int out_height = 1;
};

Bytes resized_with(const ResampleLoops* loops, const Job& job) {
  ResizeScratch scratch;
  Bytes out(static_cast<size_t>(job.out_width) * static_cast<size_t>(job.out_height) * 3);
  resize_with(loops, job.image, job.box, job.how, job.out_width, job.out_height, out.data(), scratch);
  return out;
}

void expect_same(const Job& job) {
  const Bytes plain = resized_with(nullptr, job);
  for (const ResampleLoops* loops : runnable_resample_loops())
    ASSERT_EQ(resized_with(loops, job), plain)
        << loops->name << ": box (" << job.box.x0 << ", " << job.box.y0 << ", " << job.box.x1 << ", "
        << job.box.y1 << ") of " << job.image.width << " x " << job.image.height << " to " << job.out_width
        << " x " << job.out_height << (job.how == Interpolation::bicubic ? ", bicubic" : ", bilinear");
}

class Draw {
 public:
  explicit Draw(uint32_t seed) : random_(seed) {}

  uint32_t seed() { return static_cast<uint32_t>(random_()); }
  int up_to(int limit) { return 1 + static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  Interpolation filter() { return random_() % 2 ? Interpolation::bilinear : Interpolation::bicubic; }
  // Two ordered points of an axis: any, whole, or the ends.
  std::pair<float, float> stretch(int size) {
    if (random_() % 4 == 0) return {0.0F, static_cast<float>(size)};
    std::uniform_real_distribution<float> anywhere(0.0F, static_cast<float>(size));
    float low = anywhere(random_);
    float high = anywhere(random_);
    if (random_() % 3 == 0) {
      low = std::floor(low);
      high = std::floor(high);
    }
    return std::minmax({low, high});
  }
  Box box(int width, int height) {
    const auto [x0, x1] = stretch(width);
    const auto [y0, y1] = stretch(height);
    return {x0, y0, x1, y1};
  }

 private:
  std::mt19937 random_;
};

// `job` on the part of the picture that it reads.
Job on_part(const Job& job) {
  const Rect reads =
      resize_reads(job.image.width, job.image.height, job.box, job.how, job.out_width, job.out_height);
  Job part = job;
  part.image = cut(job.image, reads);
  part.image.pixels.shrink_to_fit();
  return part;
}

TEST(ResampleLoops, RandomResizesEqualPlainOnes) {
  for (const ResampleLoops* loops : runnable_resample_loops()) std::printf("with %s\n", loops->name);
  Draw draw(test_seed());
  for (int i = 0; i < 600 && !HasFatalFailure(); ++i) {
    const int width = draw.up_to(i % 10 ? 120 : 900);
    const int height = draw.up_to(i % 10 ? 60 : 300);
    const Job job{noise(draw.seed(), width, height), draw.box(width, height), draw.filter(), draw.up_to(90),
                  draw.up_to(40)};
    expect_same(job);
    expect_same(on_part(job));
  }
}

TEST(ResampleLoops, EveryWidthEqualsPlain) {
  Draw draw(test_seed());
  for (int out_width = 1; out_width <= 70; ++out_width) {
    for (const Interpolation how : {Interpolation::bilinear, Interpolation::bicubic}) {
      for (const int width : {out_width, draw.up_to(70), out_width * 3 / 2 + 1, out_width * 5}) {
        const int height = draw.up_to(20);
        const Job job{noise(draw.seed(), width, height), draw.box(width, height), how, out_width,
                      draw.up_to(20)};
        expect_same(on_part(job));
        if (HasFatalFailure()) return;
      }
    }
  }
}

// Hundreds and thousands of taps: sums of many products, and of bright pixels the largest.
TEST(ResampleLoops, LongWindowsEqualPlainOnes) {
  for (const Interpolation how : {Interpolation::bilinear, Interpolation::bicubic}) {
    for (const int length : {600, 5000, 65500}) {
      Image image = noise(static_cast<uint32_t>(length), length, 6);
      for (const bool white : {false, true}) {
        if (white) std::fill(image.pixels.begin(), image.pixels.end(), uint8_t{255});
        expect_same({image, {0, 0, static_cast<float>(length), 6}, how, 5, 24});
        Image upright{6, length, whole(6, length), image.pixels};
        expect_same({upright, {0, 0, 6, static_cast<float>(length)}, how, 24, 3});
        if (HasFatalFailure()) return;
      }
    }
  }
}

}  // namespace
}  // namespace yy::test
