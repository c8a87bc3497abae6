// The .npy reader and writer: both orders, every element type, and bytes that lie.
#include "tools/yy_run/npy.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <random>

#include "runtime/error.h"
#include "tests/tools/temp_folder.h"

namespace yy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string npy(const std::string& dictionary, const std::string& data, char version = 1) {
  std::string text = std::string("\x93NUMPY") + version + '\0';
  text += static_cast<char>(dictionary.size() & 0xff);
  text += static_cast<char>(dictionary.size() >> 8);
  if (version > 1) text += std::string(2, '\0');
  return text + dictionary + data;
}

Tensor parse(const std::string& bytes) {
  return parse_npy(std::as_bytes(std::span(bytes)), "x.npy");
}

std::string refusal(const std::string& bytes) {
  try {
    parse(bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::failure);
    EXPECT_THAT(error.what(), testing::StartsWith("x.npy: "));
    return error.what();
  }
  ADD_FAILURE() << "not refused";
  return {};
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <class T>
std::vector<T> elements(const Tensor& tensor) {
  return {tensor.as<T>().begin(), tensor.as<T>().end()};
}

TEST(Npy, ReadsWhatNumpyWrites) {
  const Tensor tensor = read_npy(YY_TEST_MODELS_DIR "/reference/net-concat.input.npy");
  EXPECT_EQ(tensor.dtype(), DType::f32);
  EXPECT_EQ(tensor.shape().rank(), 4U);
}

TEST(Npy, ReadsEveryType) {
  const auto header = [](const char* descr) {
    return std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (2,), }\n";
  };
  EXPECT_THAT(elements<float>(parse(npy(header("<f4"), bytes_of<float>({1.5, -2})))), ElementsAre(1.5, -2));
  EXPECT_THAT(elements<std::int64_t>(parse(npy(header("<i8"), bytes_of<std::int64_t>({1, -2})))),
              ElementsAre(1, -2));
  EXPECT_THAT(elements<std::int32_t>(parse(npy(header("<i4"), bytes_of<std::int32_t>({1, -2})))),
              ElementsAre(1, -2));
  EXPECT_THAT(elements<std::int8_t>(parse(npy(header("|i1"), "\x01\xfe"))), ElementsAre(1, -2));
  EXPECT_THAT(elements<std::uint8_t>(parse(npy(header("|u1"), "\x01\xfe"))), ElementsAre(1, 254));
  const Tensor truth = parse(npy(header("|b1"), std::string("\x00\x02", 2)));
  EXPECT_EQ(truth.dtype(), DType::boolean);
  EXPECT_THAT(elements<std::uint8_t>(truth), ElementsAre(0, 1));
}

TEST(Npy, ReadsOtherFloatsAsFloat32) {
  const Tensor half =
      parse(npy("{'descr': '<f2', 'fortran_order': True, 'shape': (2, 2)}",
                bytes_of<std::uint16_t>({0x3c00, 0xc000, 0x0001, 0x7c00})));  // 1, -2, 2^-24, infinity
  EXPECT_EQ(half.dtype(), DType::f32);
  EXPECT_THAT(elements<float>(half), ElementsAre(1, 0x1p-24F, -2, std::numeric_limits<float>::infinity()));
  const Tensor wide =
      parse(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", bytes_of<double>({0.1, -2})));
  EXPECT_THAT(elements<float>(wide), ElementsAre(0.1F, -2));
}

TEST(Npy, ReadsFortranOrder) {
  // [[0,1,2],[3,4,5]], column by column
  const Tensor tensor = parse(
      npy("{'fortran_order': True, 'shape': (2, 3), 'descr': '<i4'}", bytes_of<int>({0, 3, 1, 4, 2, 5})));
  EXPECT_EQ(tensor.shape(), (Shape{2, 3}));
  EXPECT_THAT(elements<int>(tensor), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Npy, ReadsOddShapesAndVersions) {
  EXPECT_EQ(parse(npy("{'descr':'<f4','fortran_order':False,'shape':()}", bytes_of<float>({7}))).shape(),
            Shape{});
  EXPECT_EQ(parse(npy("{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(0,4)}", "")).shape(),
            (Shape{0, 4}));
  EXPECT_EQ(parse(npy("{'descr':'<f4','fortran_order':True,'shape':(0,4)}", "")).shape(), (Shape{0, 4}));
  EXPECT_EQ(parse(npy("{'descr':'<f4','fortran_order':False,'shape':(1,)}", bytes_of<float>({7}), 2)).shape(),
            Shape{1});
}

TEST(Npy, RefusesWhatItDoesNotRead) {
  const std::string one = bytes_of<float>({1});
  EXPECT_THAT(refusal(npy("{'descr':'>f4','fortran_order':False,'shape':(1,)}", one)),
              HasSubstr("big-endian"));
  EXPECT_THAT(refusal(npy("{'descr':'<c8','fortran_order':False,'shape':(1,)}", one + one)),
              HasSubstr("<c8"));
  EXPECT_THAT(refusal(npy("{'descr':'<f8','fortran_order':False,'shape':(1,)}", one)), HasSubstr("8 bytes"));
  EXPECT_THAT(refusal(npy("{'descr':[('a','<f4')],'fortran_order':False,'shape':(1,)}", one)),
              HasSubstr("header"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','fortran_order':False,'shape':(2,)}", one)), HasSubstr("8 bytes"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','fortran_order':False,'shape':(1,)}", one + one)),
              HasSubstr("found 8"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','fortran_order':False,'shape':(-1,)}", one)), HasSubstr("shape"));
  EXPECT_THAT(
      refusal(npy("{'descr':'<f4','fortran_order':False,'shape':(4294967296,4294967296,4294967296)}", one)),
      HasSubstr("x.npy"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','fortran_order':False,'shape':(99999999999999999999,)}", one)),
              HasSubstr("shape"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','fortran_order':False}", one)), HasSubstr("'shape'"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','descr':'<f4'}", one)), HasSubstr("'descr'"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','fortran_order':False,'shape':(1,)} {}", one)),
              HasSubstr("goes on"));
  EXPECT_THAT(refusal(npy("{'descr':'<f4','fortran_order':0,'shape':(1,)}", one)),
              HasSubstr("fortran_order"));
  EXPECT_THAT(refusal(npy("{}", one, 4)), HasSubstr("version 4"));
  EXPECT_THAT(refusal(""), HasSubstr("not a .npy file"));
  EXPECT_THAT(refusal("PK\x03\x04 an archive"), HasSubstr("not a .npy file"));
}

TEST(Npy, SurvivesDamage) {
  const std::string good = npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n",
                               bytes_of<float>({0, 1, 2, 3, 4, 5}));
  for (std::size_t length = 0; length < good.size(); ++length) refusal(good.substr(0, length));
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    try {
      parse(bytes);
    } catch (const Error&) {
    }
  }
}

TEST(Npy, WritesWhatItReads) {
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{0}, Shape{2, 3}, Shape{1, 2, 3, 4, 5}}) {
    for (DType dtype : {DType::f32, DType::i64, DType::i32, DType::i8, DType::u8, DType::boolean}) {
      const TensorDesc desc{shape, dtype, Layout::row_major};
      const std::string header = npy_header(desc);
      EXPECT_EQ(header.size() % 64, 0U) << "numpy aligns the elements";
      EXPECT_EQ(header.back(), '\n');
      EXPECT_EQ(parse(header + std::string(desc.bytes(), '\1')).desc(), desc);
    }
  }
  EXPECT_THAT(npy_header({Shape{5}, DType::f32, {}}),
              HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (5,), }"));
}

}  // namespace
}  // namespace yy
