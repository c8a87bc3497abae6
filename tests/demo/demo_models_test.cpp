// The networks that tools/zoo writes from the published weights, batch norm unfolded and padding as
// attributes, equal an independent export of the same networks.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>

#include "cpu/cpu_backend.h"
#include "runtime/executor.h"
#include "yy/network.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

std::vector<float> scores(const fs::path& file, std::int64_t size) {
  const Network net(file, std::shared_ptr<const Backend>(make_cpu_backend()));
  const auto program = net.compile({3, 2, Layout::channels_last, {}});
  Executor executor(program, net.backend().allocate(program->memory().arena_bytes));
  std::mt19937 random(5);
  std::uniform_real_distribution<float> pixel(-1, 1);
  EXPECT_EQ(executor.input(0).desc.shape, (Shape{3, 3, size, size}));
  std::generate_n(executor.input(0).as<float>(), 3 * 3 * size * size, [&] { return pixel(random); });
  const auto stream = net.backend().new_stream(2);
  executor.run(*stream);
  stream->wait();
  const auto* out = executor.output(0).as<float>();
  return {out, out + executor.output(0).desc.shape.elements()};
}

class DemoModels : public testing::TestWithParam<std::pair<const char*, int>> {};

TEST_P(DemoModels, EqualTheZoosExport) {
  const auto [name, size] = GetParam();
  const fs::path file = std::string(name) + ".onnx";
  const fs::path theirs = fs::path(YY_SHARED_DIR) / "zoo" / file;
  if (!fs::exists(theirs)) GTEST_SKIP() << theirs << " is not there";
  const auto a = scores(fs::path(YY_SOURCE_DIR) / "build" / "demo" / "models" / file, size);
  const auto b = scores(theirs, size);
  ASSERT_EQ(a.size(), b.size());
  float worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  EXPECT_LE(worst, 1e-3F);
  RecordProperty("worst", std::to_string(worst));
}

INSTANTIATE_TEST_SUITE_P(Both, DemoModels,
                         testing::Values(std::pair{"efficientnet-lite0", 224},
                                         std::pair{"efficientnet-lite2", 260}));

}  // namespace
}  // namespace yy
