#include "runtime/tensor.h"

#include <array>
#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

#include "runtime/error.h"

namespace yy {
namespace {

using Dims = std::vector<std::int64_t>;

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_EQ(Shape{7}.elements(), 7);
  EXPECT_EQ((Shape{2, 3, 4}.elements()), 24);
  EXPECT_EQ((Shape{5, 0, 4}.elements()), 0);
  EXPECT_EQ((Shape{1LL << 20, 1LL << 20}.elements()), 1LL << 40);
}

TEST(Shape, RefusesUnknownAndHuge) {
  const Shape unknown{unknown_dim, 3}, huge{1LL << 20, 1LL << 20, 2};
  const Shape wraps{1LL << 32, 1LL << 32}, wraps_to_one{3, 6148914691236517205LL, 3, 6148914691236517205LL};
  for (const Shape& shape : {unknown, huge, wraps, wraps_to_one}) {
    try {
      shape.elements();
      ADD_FAILURE() << shape.text() << " is taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::model);
      EXPECT_NE(std::string(error.what()).find(shape.text()), std::string::npos) << error.what();
    }
  }
}

TEST(Shape, IsKnownOrNot) {
  EXPECT_TRUE(Shape{}.known());
  EXPECT_TRUE((Shape{0, 3}.known()));
  EXPECT_FALSE((Shape{3, unknown_dim}.known()));
}

TEST(Shape, HasText) {
  EXPECT_EQ(Shape{}.text(), "[]");
  EXPECT_EQ((Shape{1, 3, 224, 224}.text()), "[1,3,224,224]");
  EXPECT_EQ((Shape{unknown_dim, 3}.text()), "[?,3]");
}

TEST(Shape, Compares) {
  EXPECT_EQ((Shape{2, 3}), Shape(Dims{2, 3}));
  EXPECT_NE((Shape{2, 3}), (Shape{2, 3, 1}));
}

TEST(TensorDesc, CountsBytes) {
  EXPECT_EQ((TensorDesc{{2, 3}, DType::f32, {}}.bytes()), 24U);
  EXPECT_EQ((TensorDesc{{2, 3}, DType::i64, {}}.bytes()), 48U);
  EXPECT_EQ((TensorDesc{{2, 3}, DType::u8, {}}.bytes()), 6U);
  EXPECT_EQ((TensorDesc{{}, DType::boolean, {}}.bytes()), 1U);
  EXPECT_EQ((TensorDesc{{0, 3}, DType::i32, {}}.bytes()), 0U);
}

TEST(TensorDesc, HasStrides) {
  EXPECT_EQ((TensorDesc{{2, 3, 4, 5}, DType::f32, Layout::row_major}.strides()), (Dims{60, 20, 5, 1}));
  EXPECT_EQ((TensorDesc{{2, 3, 4, 5}, DType::f32, Layout::channels_last}.strides()), (Dims{60, 1, 15, 3}));
  EXPECT_EQ((TensorDesc{{4, 5}, DType::f32, Layout::row_major}.strides()), (Dims{5, 1}));
  EXPECT_EQ((TensorDesc{{}, DType::f32, Layout::row_major}.strides()), Dims{});
}

TEST(TensorDesc, KnowsWhenLayoutsAgree) {
  const auto same = [](Shape shape) {
    return TensorDesc{std::move(shape), DType::f32, Layout::row_major}.same_bytes_in(Layout::channels_last);
  };
  EXPECT_TRUE(same({2, 1, 5, 7}));
  EXPECT_TRUE(same({3, 13, 1, 1}));
  EXPECT_TRUE(same({3, 13}));
  EXPECT_FALSE(same({1, 2, 1, 2}));
  EXPECT_FALSE(same({1, 3, 4, 4}));
  EXPECT_TRUE(
      (TensorDesc{{1, 3, 4, 4}, DType::f32, Layout::channels_last}.same_bytes_in(Layout::channels_last)));
}

TEST(TensorDesc, HasText) {
  EXPECT_EQ((TensorDesc{{1, 3}, DType::i64, {}}.text()), "int64 [1,3]");
  EXPECT_EQ((TensorDesc{{1, 3, 8, 8}, DType::f32, Layout::channels_last}.text()),
            "float32 [1,3,8,8] channels_last");
}

TEST(Tensor, StartsAtZeroAndSharesItsElements) {
  Tensor a({{2, 3}, DType::f32, {}});
  for (float x : a.as<float>()) EXPECT_EQ(x, 0);
  const Tensor b = a;
  a.as_mutable<float>()[4] = 2;
  EXPECT_EQ(b.as<float>()[4], 2);
  EXPECT_EQ(b.view().data, a.data());
}

TEST(Tensor, IsMadeOfElements) {
  const std::array<std::int64_t, 3> elements{4, -1, 7};
  const Tensor list = Tensor::of_i64(elements);
  EXPECT_EQ(list.shape(), Shape{3});
  EXPECT_EQ(list.dtype(), DType::i64);
  EXPECT_EQ(list.as<std::int64_t>()[1], -1);
  EXPECT_EQ(Tensor::of_i64({}).as<std::int64_t>().size(), 0U);
}

TEST(Buffer, IsAlignedAndZero) {
  for (std::size_t bytes : {0, 1, 63, 64, 65, 4097}) {
    const Buffer buffer = allocate_host(bytes);
    EXPECT_EQ(buffer.bytes, bytes);
    ASSERT_NE(buffer.data(), nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, 0U);
    const auto* at = static_cast<const unsigned char*>(buffer.data());
    for (std::size_t i = 0; i < bytes; ++i) ASSERT_EQ(at[i], 0);
  }
}

}  // namespace
}  // namespace yy
