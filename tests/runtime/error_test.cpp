#include "runtime/error.h"

#include <gtest/gtest.h>
#include <stdexcept>

namespace yy {
namespace {

TEST(Error, KeepsCodeAndMessage) {
  const Error error(ErrorCode::image, "no pixels");
  EXPECT_EQ(error.code(), ErrorCode::image);
  EXPECT_STREQ(error.what(), "no pixels");
}

TEST(Error, GrowsFromTheInsideOut) {
  const Error inner(ErrorCode::model, "attribute 'group' is 0");
  const Error outer = inner.within("node 'conv1' (Conv)").within("net.onnx");
  EXPECT_EQ(outer.code(), ErrorCode::model);
  EXPECT_STREQ(outer.what(), "net.onnx: node 'conv1' (Conv): attribute 'group' is 0");
  EXPECT_STREQ(inner.what(), "attribute 'group' is 0");
}

TEST(Error, IsCaughtAsRuntimeError) {
  try {
    throw Error(ErrorCode::usage, "batch 0");
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "batch 0");
  }
}

}  // namespace
}  // namespace yy
