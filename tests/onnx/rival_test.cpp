// Two libraries that register the same .proto file in one process end it. Ours registers none, so it can live
// beside another that brings onnx.proto: both parse the same file here.
#include "tests/onnx/rival/rival.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "onnx/loader.h"

namespace yy::test {
namespace {

TEST(Rival, AnotherOnnxProtoLivesInTheSameProcess) {
  const std::filesystem::path file = std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yin.onnx";
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  ASSERT_FALSE(bytes.empty());
  const int theirs = rival_count_nodes(bytes.data(), bytes.size());
  EXPECT_GT(theirs, 0);
  EXPECT_EQ(load_onnx(file).graph.nodes.size(), static_cast<std::size_t>(theirs));
  EXPECT_EQ(rival_count_nodes(bytes.data(), bytes.size()), theirs);
}

}  // namespace
}  // namespace yy::test
