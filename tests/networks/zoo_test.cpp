// Real networks: logits against stored reference outputs, quality of the memory plan, and no slow oneDNN
// code.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "runtime/executor.h"
#include "tests/networks/numpy_files.h"
#include "tests/test_name.h"
#include "yy/network.h"

namespace yy {
namespace {

const std::filesystem::path zoo = std::filesystem::path(YY_SHARED_DIR) / "zoo";

constexpr const char* names[] = {"cifar-resnet8",         "cifar-resnet20",       "cifar-resnet56",
                                 "mobilenet-v1-0.25-128", "mobilenet-v1-0.5-160", "mobilenet-v2-1.0-224",
                                 "efficientnet-lite0",    "efficientnet-lite2"};

std::vector<Precision> precisions(const Backend& backend) {
  if (backend.support(Precision::bf16) == Support::none) return {Precision::f32};
  return {Precision::f32, Precision::bf16};
}

class Zoo : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(zoo)) GTEST_SKIP() << zoo << " is not there";
  }
  Network network() const {
    return {zoo / (std::string(GetParam()) + ".onnx"), std::shared_ptr<const Backend>(make_cpu_backend())};
  }
};

TEST_P(Zoo, LogitsMatchTheReference) {
  const auto reference = test::read_npz(zoo / "reference" / (std::string(GetParam()) + ".npz"));
  const auto& input = reference.at("input");
  const auto& expected = reference.at("output").values;
  double mean = 0, square = 0;
  for (float y : expected) mean += y / expected.size();
  for (float y : expected) square += (y - mean) * (y - mean) / expected.size();
  const Network net = network();
  for (int threads : {1, 2}) {
    const auto program = net.compile({input.shape[0], threads, Layout::row_major, {}});
    Executor executor(program, net.backend().allocate(program->memory().arena_bytes));
    std::copy(input.values.begin(), input.values.end(), executor.input(0).as<float>());
    const auto stream = net.backend().new_stream(threads);
    executor.run(*stream);
    stream->wait();
    ASSERT_EQ(static_cast<std::size_t>(executor.output(0).desc.shape.elements()), expected.size());
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const float found = executor.output(0).as<float>()[i];
      ASSERT_FALSE(std::isnan(found));
      worst = std::max(worst, std::abs(static_cast<double>(found) - expected[i]));
    }
    EXPECT_LE(worst, 2e-4 * std::sqrt(square)) << threads << " threads";
    RecordProperty("worst_over_std", std::to_string(worst / std::sqrt(square)));
  }
}

// How near depends on the net: with 8 bits of significand, errors of 1 % of the logits' spread are usual.
TEST_P(Zoo, Bfloat16LogitsAreNearTheReference) {
  const auto reference = test::read_npz(zoo / "reference" / (std::string(GetParam()) + ".npz"));
  const auto& input = reference.at("input");
  const auto& expected = reference.at("output").values;
  const Network net = network();
  if (net.backend().support(Precision::bf16) == Support::none) GTEST_SKIP() << "no bfloat16 on this machine";
  double mean = 0, square = 0, error = 0;
  for (float y : expected) mean += y / expected.size();
  for (float y : expected) square += (y - mean) * (y - mean);
  const auto program = net.compile({input.shape[0], 2, Layout::row_major, {}, Precision::bf16});
  Executor executor(program, net.backend().allocate(program->memory().arena_bytes));
  std::copy(input.values.begin(), input.values.end(), executor.input(0).as<float>());
  const auto stream = net.backend().new_stream(2);
  executor.run(*stream);
  stream->wait();
  ASSERT_EQ(executor.output(0).desc.dtype, DType::f32);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double off = executor.output(0).as<float>()[i] - expected[i];
    ASSERT_FALSE(std::isnan(off));
    error += off * off;
  }
  EXPECT_LT(std::sqrt(error / square), 0.08);
  EXPECT_GT(std::sqrt(error / square), 1e-4) << "this was not bfloat16";
  RecordProperty("rms_error_over_std", std::to_string(std::sqrt(error / square)));
}

TEST_P(Zoo, ArenaIsNearItsLowerBound) {
  const Network net = network();
  for (Precision precision : precisions(net.backend())) {
    for (std::int64_t batch : {1, 16}) {
      const auto program = net.compile({batch, 1, Layout::channels_last, {}, precision});
      const MemoryPlan& memory = program->memory();
      // Half as wide, values leave gaps next to workspaces, which stay as they are.
      const double allowed = precision == Precision::f32 ? 1.05 : 1.15;
      EXPECT_LE(memory.arena_bytes, allowed * memory.lower_bound)
          << name_of(precision) << ", batch " << batch;
    }
  }
}

TEST_P(Zoo, NoPrimitiveIsAReferenceImplementation) {
  const Network net = network();
  for (Precision precision : precisions(net.backend())) {
    for (int threads : {1, 2}) {
      for (std::int64_t batch : {1, 7, 16}) {
        const auto program = net.compile({batch, threads, Layout::channels_last, {}, precision});
        for (const Step& step : program->steps()) {
          EXPECT_EQ(step.kernel.implementation.find("ref"), std::string::npos)
              << step.node.label() << " runs as " << step.kernel.implementation << " at batch " << batch;
        }
      }
    }
  }
}

TEST_P(Zoo, BatchesShareTheirPackedWeights) {
  const Network net = network();
  net.compile({16, 1, Layout::channels_last, {}});
  const std::size_t one = net.weights_bytes();
  net.compile({8, 1, Layout::channels_last, {}});
  net.compile({1, 1, Layout::channels_last, {}});
  EXPECT_LE(net.weights_bytes(), one * 3 / 2) << "batch sizes pack their own weights";
}

INSTANTIATE_TEST_SUITE_P(All, Zoo, testing::ValuesIn(names), test::TestName{});

}  // namespace
}  // namespace yy
