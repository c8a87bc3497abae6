// Pictures resized and normalised on the device against the CPU's rows (image/preprocess.h), which equal
// Pillow's and numpy's: to the last bit.
#include <cstring>
#include <cuda_fp16.h>
#include <gtest/gtest.h>

#include "cuda/cuda_backend.h"
#include "cuda/private/context.h"
#include "cuda/private/resample_plan.h"
#include "image/preprocess.h"
#include "runtime/bfloat16.h"
#include "runtime/error.h"
#include "tests/image/test_pictures.h"

namespace yy::test {
namespace {

constexpr std::array<float, 3> mean = {123.675F, 116.28F, 103.53F};
constexpr std::array<float, 3> deviation = {58.395F, 57.12F, 57.375F};

// Rows of [size, size, 3] numbers as they are stored, one after the other.
Bytes stored(const std::vector<float>& row, DType dtype) {
  Bytes bytes(row.size() * size_of(dtype));
  for (size_t i = 0; i < row.size(); ++i) {
    const auto put = [&](auto value) {
      std::memcpy(bytes.data() + i * sizeof(value), &value, sizeof(value));
    };
    switch (dtype) {
      case DType::f16:
        put(__half(row[i]));
        break;
      case DType::bf16:
        put(static_cast<bfloat16>(row[i]));
        break;
      default:
        put(row[i]);
    }
  }
  return bytes;
}

class DeviceResample : public testing::Test {
 protected:
  // Each in the region that a decoder would be asked for, at odd addresses.
  void begin(cuda::ResamplePlan& plan, const std::vector<Image>& pictures, const Preprocess& how) {
    plan.clear();
    crops_.assign(1, 0);
    for (const Image& picture : pictures) {
      const Rect region = needed_region(picture.width, picture.height, how);
      const Image part = cut(picture, region);
      const Box box = crop_box(picture.width, picture.height, how);
      plan.add({std::ssize(crops_), region.x, region.y, region.width, region.height},
               {picture.width, box.x0, box.x1, how.size}, {picture.height, box.y0, box.y1, how.size},
               how.interpolation);
      crops_.insert(crops_.end(), part.pixels.begin(), part.pixels.end());
    }
  }

  Bytes run(const cuda::ResamplePlan& plan, size_t pictures, const Preprocess& how, DType dtype) {
    const auto side = static_cast<size_t>(how.size);
    Bytes upload(plan.upload_bytes()), result(pictures * side * side * 3 * size_of(dtype));
    plan.write(upload.data());
    const Buffer on_device = backend_->allocate(upload.size()), crops = backend_->allocate(crops_.size()),
                 between = backend_->allocate(plan.between_bytes()), y = backend_->allocate(result.size());
    stream_->copy_in(on_device.data(), upload.data(), upload.size());
    stream_->copy_in(crops.data(), crops_.data(), crops_.size());
    cuda::ResampleBatch batch = plan.batch(on_device.data(), crops.data(), between.data());
    std::ranges::copy(how.mean, batch.mean);
    std::ranges::copy(how.std, batch.std);
    const Launch launch = [&](Stream& stream) {
      cuda::launch_resample(dtype, batch, y.data(), cuda::handle(stream));
    };
    stream_->run({&launch, 1});
    stream_->copy_out(result.data(), y.data(), result.size());
    stream_->wait();
    return result;
  }

  void check(cuda::ResamplePlan& plan, const std::vector<Image>& pictures, const Preprocess& how,
             DType dtype = DType::f32) {
    begin(plan, pictures, how);
    Bytes want;
    for (const Image& picture : pictures) {
      std::vector<float> row(static_cast<size_t>(how.size) * static_cast<size_t>(how.size) * 3);
      write_row(picture, how, row.data(), scratch_);
      const Bytes bytes = stored(row, dtype);
      want.insert(want.end(), bytes.begin(), bytes.end());
    }
    EXPECT_TRUE(run(plan, pictures.size(), how, dtype) == want);
  }

  std::unique_ptr<Backend> backend_ = make_cuda_backend();
  std::unique_ptr<Stream> stream_ = backend_->new_stream(1);
  Bytes crops_;
  ResizeScratch scratch_;
};

TEST_F(DeviceResample, EqualsTheCpu) {
  struct Sizes {
    int size;
    double crop;
    std::vector<std::pair<int, int>> pictures;
  };
  const Sizes all[] = {
      {32, 0.875, {{48, 40}, {40, 48}, {32, 32}, {100, 37}, {33, 150}}},  // down, among them non-square ones
      {24, 1.0, {{24, 24}, {24, 31}, {40, 24}}},                          // an axis, or both, as they are
      {21, 1.0, {{5, 9}, {21, 22}, {1, 1}, {1, 30}, {30, 1}}},            // up, rows of 63 bytes
      {16, 0.5, {{32, 32}, {33, 33}, {34, 50}}},                          // whole pixels, and halves of them
      {1, 0.875, {{1, 1}, {64, 48}, {3, 2}}},
      {2, 1.0, {{255, 200}}},
  };
  for (const Sizes& sizes : all) {
    cuda::ResamplePlan plan(sizes.size);
    for (const Interpolation how : {Interpolation::bilinear, Interpolation::bicubic}) {
      SCOPED_TRACE(testing::Message() << "to " << sizes.size << ", interpolation " << static_cast<int>(how));
      std::vector<Image> pictures;
      for (const auto& [width, height] : sizes.pictures) pictures.push_back(noise(7, width, height));
      check(plan, pictures, {sizes.size, sizes.crop, how, mean, deviation});
    }
  }
}

TEST_F(DeviceResample, CopiesWithoutInterpolation) {
  cuda::ResamplePlan plan(28);
  check(plan, {noise(1, 28, 28), noise(2, 28, 28)}, {28, 1, Interpolation::none, mean, deviation});
}

TEST_F(DeviceResample, RoundsToNarrowTypes) {
  const Preprocess how{20, 0.875, Interpolation::bilinear, mean, deviation};
  cuda::ResamplePlan plan(20);
  for (const DType dtype : {DType::f16, DType::bf16}) {
    SCOPED_TRACE(name_of(dtype));
    check(plan, {noise(3, 50, 41), noise(4, 20, 64)}, how, dtype);
  }
}

TEST_F(DeviceResample, PlansOncePerSize) {
  const Preprocess how{24, 0.875, Interpolation::bilinear, mean, deviation};
  cuda::ResamplePlan plan(24);
  check(plan, {noise(1, 40, 50)}, how);
  const size_t alone = plan.upload_bytes();
  check(plan, {noise(2, 40, 50), noise(3, 40, 50)}, how);
  EXPECT_EQ(plan.upload_bytes(), alone + sizeof(cuda::ResampleJob));
  check(plan, {noise(2, 60, 50), noise(4, 40, 50)}, how);  // tables of the batch before are found again
}

TEST(ResamplePlan, RefusesWhatItCannotServe) {
  const ResampleSpan span{40, 0, 40, 24};
  cuda::ResamplePlan plan(24);
  EXPECT_NO_THROW(plan.add({0, 0, 0, 40, 40}, span, span, Interpolation::bilinear));
  EXPECT_THROW(plan.add({0, 1, 0, 39, 40}, span, span, Interpolation::bilinear), Error);
  EXPECT_THROW(plan.add({0, 0, 0, 40, 39}, span, span, Interpolation::bilinear), Error);
  EXPECT_THROW(plan.add({0, 0, 0, 40, 40}, {40, 0, 40, 23}, span, Interpolation::bilinear), Error);
  EXPECT_THROW(plan.add({0, 0, 0, 40, 40}, span, {40, 0, 41, 24}, Interpolation::bilinear), Error);
  EXPECT_THROW(plan.add({0, 0, 0, 40, 40}, span, span, Interpolation::none), Error);
  EXPECT_THROW(cuda::ResamplePlan(0), Error);
  EXPECT_THROW(cuda::ResamplePlan(16385), Error);
}

}  // namespace
}  // namespace yy::test
