// yy-run compare: what it finds between a network and stored tensors, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "tests/onnx/net.h"
#include "tests/tools/cli.h"
#include "tools/yy_run/comparison.h"
#include "tools/yy_run/npy.h"

namespace yy::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Tensor floats(Shape shape, const std::vector<float>& values) {
  Tensor tensor(TensorDesc{std::move(shape), DType::f32, Layout::row_major});
  std::copy(values.begin(), values.end(), tensor.as_mutable<float>().begin());
  return tensor;
}

std::string npy_text(const Tensor& tensor) {
  return npy_header(tensor.desc()) +
         std::string(static_cast<const char*>(tensor.data()), tensor.desc().bytes());
}

// x [N,3] -> relu -> h -> + {1,2,3} -> y, with x = {-1,0,1, 2,3,4}.
struct Small {
  TempFolder folder;
  std::string model = folder.write("small.onnx", small_model().SerializeAsString());
  std::string x = folder.write("x.npy", npy_text(floats({2, 3}, {-1, 0, 1, 2, 3, 4})));

  void reference(const std::string& value, const Tensor& tensor) const {
    folder.write(value + ".npy", npy_text(tensor));
  }
  Outcome compare(const Strings& more = {}) const {
    Strings arguments{"compare", model, "--input", "x=" + x, "--reference", folder / ""};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return yy_run(arguments);
  }
};

const std::vector<float> right_h{0, 0, 1, 2, 3, 4}, right_y{1, 2, 4, 3, 5, 7};

TEST(Compare, AcceptsWhatIsRight) {
  const Small net;
  net.reference("y", floats({2, 3}, right_y));
  const Outcome outcome = net.compare();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("float32 [2,3]"), HasSubstr("1 of 1 within"), Not(HasSubstr("differs"))));
}

TEST(Compare, TellsWhereTheLargestDifferenceIs) {
  const Small net;
  net.reference("y", floats({2, 3}, {1, 2, 4.5F, 3, 3, 7}));
  const Outcome outcome = net.compare();
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("[1,1]"), HasSubstr("  2  "), HasSubstr("differs"),
                                 HasSubstr("1 of 1 not within"), HasSubstr("'y'")));
}

TEST(Compare, AllowsWhatItIsTold) {
  const Small net;
  net.reference("y", floats({2, 3}, {1, 2, 4.5F, 3, 5, 7}));
  EXPECT_EQ(net.compare({"--atol", "0.4"}).code, 6);
  EXPECT_EQ(net.compare({"--atol", "0.51"}).code, 0);
  EXPECT_EQ(net.compare({"--rtol", "0.1"}).code, 6);
  EXPECT_EQ(net.compare({"--rtol", "0.5"}).code, 0);
  EXPECT_EQ(net.compare({"--atol", "-1"}).code, 2);
}

// h is no output of the network; it is computed because it has a reference.
TEST(Compare, NamesTheFirstNodeThatDiffers) {
  const Small net;
  net.reference("y", floats({2, 3}, {9, 9, 9, 9, 9, 9}));
  net.reference("h", floats({2, 3}, right_h));
  Outcome outcome = net.compare();
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("1 of 2 not within"), HasSubstr("first: 'y'"), HasSubstr("add1")));
  net.reference("h", floats({2, 3}, {0, 0, 1, 2, 8, 4}));
  outcome = net.compare();
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("2 of 2 not within"), HasSubstr("first: 'h'"), HasSubstr("relu1")));
}

TEST(Compare, ShapesAndTypesHaveToBeTheSame) {
  const Small net;
  net.reference("y", floats({3, 2}, right_y));
  Outcome outcome = net.compare();
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("the reference is float32 [3,2]"));
  net.reference("y", Tensor({Shape{2, 3}, DType::i64, Layout::row_major}));
  outcome = net.compare();
  EXPECT_EQ(outcome.code, 6) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("the reference is int64 [2,3]"));
}

TEST(Compare, ReadsTensorProtos) {
  const Small net;
  onnx_pb::Tensor y;
  y.set_data_type(1);
  y.add_dims(2);
  y.add_dims(3);
  for (float value : right_y) y.add_float_data(value);
  net.folder.write("y.pb", y.SerializeAsString());
  EXPECT_EQ(net.compare().code, 0);
}

TEST(Compare, EveryOutputNeedsAReference) {
  const Small net;
  net.reference("h", floats({2, 3}, right_h));
  Outcome outcome = net.compare();
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("'y'"), HasSubstr("y.npy")));
  outcome = yy_run({"compare", net.model, "--input", "x=" + net.x, "--reference", "/nowhere"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("/nowhere: no such folder"));
}

TEST(Comparison, MeasuresAgainstTheDeviation) {
  const Comparison found = compare(floats({4}, {1, 3, 1, 3.5F}), floats({4}, {1, 3, 1, 3}), {});
  EXPECT_TRUE(found.same_desc);
  EXPECT_EQ(found.largest, 0.5);
  EXPECT_EQ(found.deviation, 1);
  EXPECT_EQ(found.place, 3U);
  EXPECT_FALSE(found.is_within);
}

TEST(Comparison, WhatIsNoNumberHasToBeSoInBoth) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const Tolerance loose{1e30, 0};
  EXPECT_TRUE(compare(floats({3}, {nan, inf, 1}), floats({3}, {nan, inf, 1}), loose).is_within);
  EXPECT_FALSE(compare(floats({1}, {nan}), floats({1}, {1}), loose).is_within);
  EXPECT_FALSE(compare(floats({1}, {1}), floats({1}, {nan}), loose).is_within);
  EXPECT_FALSE(compare(floats({1}, {inf}), floats({1}, {-inf}), loose).is_within);
  EXPECT_FALSE(compare(floats({1}, {1}), floats({1}, {inf}), loose).is_within);
}

// 2^53 and 2^53 + 1 are the same double.
TEST(Comparison, IntegersHaveToBeEqual) {
  const std::int64_t large = std::int64_t{1} << 53;
  const Tolerance loose{1e30, 0};
  const auto of = [](std::int64_t value) { return Tensor::of_i64(std::vector<std::int64_t>{value}); };
  EXPECT_TRUE(compare(of(large), of(large), loose).is_within);
  EXPECT_FALSE(compare(of(large), of(large + 1), loose).is_within);
}

TEST(Comparison, PlacesAreIndices) {
  EXPECT_EQ(place_text({2, 3, 4}, 23), "[1,2,3]");
  EXPECT_EQ(place_text({}, 0), "[]");
}

}  // namespace
}  // namespace yy::test
