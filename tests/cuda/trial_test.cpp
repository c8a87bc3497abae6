// Kernels on trial: what they are given, and how what they computed is read.
#include "cuda/private/trial.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <numeric>

#include "cuda/private/check.h"
#include "ops/unary.h"
#include "runtime/error.h"
#include "runtime/slices.h"

namespace yy::test {
namespace {

using cuda::Context;
using cuda::Trial;
using testing::AllOf;
using testing::Each;
using testing::ElementsAreArray;
using testing::Ge;
using testing::Le;

class Trials : public testing::Test {
 protected:
  KernelRequest request(std::int64_t slice_pitch = 0) {
    return {op_, inputs_, outputs_, 1, weights_, slice_pitch};
  }
  void reads_and_writes(const TensorDesc& read, const TensorDesc& written) {
    inputs_ = {{true, read, nullptr}};
    outputs_ = {written};
  }
  std::vector<float> output(const Kernel& kernel, std::int64_t slice_pitch = 0) {
    const KernelRequest of = request(slice_pitch);
    return Trial(of, context_).output(kernel);
  }

  Unary op_{Activation{}};
  std::vector<OpInput> inputs_;
  std::vector<TensorDesc> outputs_;
  WeightStore weights_;
  Context context_;
};

// y's bytes are those of an input.
Kernel copies(std::size_t input = 0) {
  return cuda::kernel_of("copies", [input](const Binding& at, cudaStream_t stream) {
    const std::size_t bytes = at.outputs[0].desc.bytes();
    YY_CUDA(
        cudaMemcpyAsync(at.outputs[0].data, at.inputs[input].data, bytes, cudaMemcpyDeviceToDevice, stream));
  });
}

// The same of the first `pixels`, `pitch` elements apart.
Kernel copies_pixels(std::int64_t pixels, std::int64_t pitch) {
  Kernel kernel = cuda::kernel_of("copies pixels", [=](const Binding& at, cudaStream_t stream) {
    const TensorDesc& y = at.outputs[0].desc;
    const std::size_t size = size_of(y.dtype), bytes = static_cast<std::size_t>(y.shape[1]) * size;
    for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
      YY_CUDA(cudaMemcpyAsync(at.outputs[0].as<std::byte>() + static_cast<std::size_t>(pixel * pitch) * size,
                              at.inputs[0].as<std::byte>() + static_cast<std::size_t>(pixel) * bytes, bytes,
                              cudaMemcpyDeviceToDevice, stream));
  });
  kernel.writes_slice = true;
  return kernel;
}

// y is these elements.
template <class T>
Kernel writes(std::vector<T> elements) {
  const auto kept = std::make_shared<const std::vector<T>>(std::move(elements));
  return cuda::kernel_of("writes", [kept](const Binding& at, cudaStream_t stream) {
    const std::size_t bytes = kept->size() * sizeof(T);
    YY_CUDA(cudaMemcpyAsync(at.outputs[0].data, kept->data(), bytes, cudaMemcpyHostToDevice, stream));
  });
}

// Computes nothing, and tells where its tensors lie.
Kernel tells(Binding& to) {
  Kernel kernel;
  kernel.bind = [&to](const Binding& at) -> Launch {
    to = at;
    return [](Stream&) {};
  };
  return kernel;
}

std::uintptr_t address(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// 8 pixels of 8 channels, among 24.
TEST_F(Trials, ReadSlicesWithTheirPitch) {
  const TensorDesc pixels{Shape{1, 8, 2, 4}, DType::f32, Layout::channels_last};
  reads_and_writes(pixels, pixels);
  const std::vector<float> dense = output(copies(), 24);
  ASSERT_EQ(dense.size(), 64U);
  EXPECT_THAT(dense, Each(AllOf(Ge(-1), Le(1))));
  EXPECT_EQ(output(copies_pixels(8, 24), 24), dense);
  const std::vector<float> wrong = output(copies_pixels(7, 24), 24);
  for (std::size_t i = 0; i < 64; ++i) {
    if (i < 56)
      EXPECT_EQ(wrong[i], dense[i]) << i;
    else
      EXPECT_TRUE(std::isnan(wrong[i])) << i;
  }
}

// The memory is what the whole takes, not what a dense tensor does: the last slice's last pixel fits.
TEST_F(Trials, ReadNarrowSlicesWithTheirPitch) {
  const TensorDesc pixels{Shape{3, 8, 5, 5}, DType::f16, Layout::channels_last};
  reads_and_writes(pixels, pixels);
  const std::vector<float> dense = output(copies(), 1000);
  EXPECT_EQ(output(copies_pixels(75, 1000), 1000), dense);
  EXPECT_TRUE(std::isnan(output(copies_pixels(74, 1000), 1000).back()));
}

TEST_F(Trials, AlignSlicesNoBetterThanTheyHaveToBe) {
  const TensorDesc pixels{Shape{1, 8, 2, 4}, DType::f32, Layout::channels_last};
  reads_and_writes(pixels, pixels);
  Binding at;
  Kernel kernel = tells(at);
  output(kernel, 24);
  EXPECT_EQ(address(at.outputs[0].data) % 256, 0U);
  kernel.writes_slice = true;
  output(kernel, 24);
  EXPECT_EQ(address(at.outputs[0].data) % 256, slice_alignment);
}

// Of inputs 1 and 3, constants, the latter is packed; 2 is left out.
TEST_F(Trials, BindWhatKernelsRead) {
  const TensorDesc desc{Shape{64}};
  Tensor constant(desc);
  std::iota(constant.as_mutable<float>().begin(), constant.as_mutable<float>().end(), 1.F);
  inputs_ = {{true, desc}, {true, desc, &constant}, {false, {}}, {true, desc, &constant}, {true, desc}};
  outputs_ = {desc};
  Binding at;
  Kernel kernel = tells(at);
  kernel.packed_inputs = {3};
  output(kernel);
  ASSERT_EQ(at.inputs.size(), 5U);
  for (std::size_t i : {0, 1, 4}) EXPECT_NE(at.inputs[i].data, nullptr) << i;
  for (std::size_t i : {2, 3}) EXPECT_EQ(at.inputs[i].data, nullptr) << i;
  EXPECT_EQ(at.inputs[1].desc, desc);
  EXPECT_EQ(at.workspace, nullptr);
  EXPECT_THAT(output(copies(1)), ElementsAreArray(constant.as<float>()));
  EXPECT_NE(output(copies(0)), output(copies(4))) << "all inputs are the same";
  EXPECT_EQ(output(copies(0)), output(copies(0))) << "other numbers in every trial";
  kernel.workspace_bytes = 100;
  output(kernel);
  EXPECT_NE(at.workspace, nullptr);
}

// Numbers of another type's bits would be tiny or huge.
TEST_F(Trials, FillInputsInTheirType) {
  for (DType dtype : {DType::f32, DType::f16, DType::bf16}) {
    reads_and_writes({Shape{256}, dtype}, {Shape{256}, dtype});
    const std::vector<float> x = output(copies());
    EXPECT_THAT(x, Each(AllOf(Ge(-1), Le(1)))) << name_of(dtype);
    EXPECT_GT(*std::ranges::max_element(x), 0.5) << name_of(dtype);
    EXPECT_LT(*std::ranges::min_element(x), -0.5) << name_of(dtype);
  }
  reads_and_writes({Shape{64}, DType::i64}, {Shape{64}});
  EXPECT_THAT(output(copies()), Each(0.F));
}

TEST_F(Trials, ReadOutputsInTheirType) {
  const TensorDesc f32{Shape{3}};
  reads_and_writes(f32, f32);
  EXPECT_THAT(output(writes<float>({1.5F, -2, 1e-20F})), ElementsAreArray({1.5F, -2.F, 1e-20F}));
  reads_and_writes(f32, {Shape{3}, DType::f16});
  EXPECT_THAT(output(writes<std::uint16_t>({0x3E00, 0xC000, 0x7BFF})),
              ElementsAreArray({1.5F, -2.F, 65504.F}));
  reads_and_writes(f32, {Shape{3}, DType::bf16});
  EXPECT_THAT(output(writes<std::uint16_t>({0x3FC0, 0xC000, 0x4700})),
              ElementsAreArray({1.5F, -2.F, 32768.F}));
}

// What a kernel before it left there is no output of this one.
TEST_F(Trials, ForgetWhatOtherKernelsWrote) {
  reads_and_writes({Shape{64}}, {Shape{64}});
  const KernelRequest of = request();
  Trial trial(of, context_);
  trial.output(copies());
  Binding at;
  for (float y : trial.output(tells(at))) EXPECT_TRUE(std::isnan(y));
}

TEST_F(Trials, TimeEachKernelByItself) {
  reads_and_writes({Shape{64}}, {Shape{64}});
  const KernelRequest of = request();
  const auto repeats = [](int times) {
    return cuda::kernel_of("repeats", [times](const Binding& at, cudaStream_t stream) {
      for (int i = 0; i < times; ++i)
        YY_CUDA(
            cudaMemcpyAsync(at.outputs[0].data, at.inputs[0].data, 256, cudaMemcpyDeviceToDevice, stream));
    });
  };
  const std::vector<Kernel> kernels{repeats(2000), repeats(1), repeats(2000)};
  const std::vector<double> seconds = Trial(of, context_).seconds(kernels);
  ASSERT_EQ(seconds.size(), 3U);
  EXPECT_GT(seconds[0], 20 * seconds[1]);
  EXPECT_GT(seconds[2], 20 * seconds[1]);
}

// The next launch does not hear of it.
TEST_F(Trials, LeaveNoErrorBehindWhereMemoryIsShort) {
  const TensorDesc desc{Shape{16}, DType::f32, Layout::row_major};
  reads_and_writes(desc, desc);
  Kernel kernel = copies();
  kernel.workspace_bytes = std::size_t{1} << 50;
  EXPECT_THROW(output(kernel), Error);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

}  // namespace
}  // namespace yy::test
