// The committed small networks: outputs against those stored from onnxruntime, and bad files against the
// names that their refusal must hold.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"
#include "runtime/executor.h"
#include "tests/models/bad_models.h"
#include "tests/networks/numpy_files.h"
#include "tests/test_name.h"
#include "yy/network.h"

namespace yy {
namespace {

namespace fs = std::filesystem;
const fs::path models = YY_TEST_MODELS_DIR;

std::shared_ptr<const Backend> backend() {
  return make_cpu_backend();
}

std::vector<std::string> net_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(models)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".onnx" && name.starts_with("net-")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<float> run(const Network& net, const test::FloatArray& input, int threads) {
  const auto program = net.program({Shape(input.shape)}, threads);
  Executor executor(program, net.backend().allocate(program->memory().arena_bytes));
  EXPECT_EQ(static_cast<std::size_t>(executor.input(0).desc.shape.elements()), input.values.size());
  std::copy(input.values.begin(), input.values.end(), executor.input(0).as<float>());
  const auto stream = net.backend().new_stream(threads);
  executor.run(*stream);
  stream->wait();
  const auto* out = executor.output(0).as<float>();
  return {out, out + executor.output(0).desc.shape.elements()};
}

class Nets : public testing::TestWithParam<std::string> {};

void expect_reference(const Network& net, const std::string& reference) {
  const test::FloatArray input = test::read_npy(reference + ".input.npy");
  const test::FloatArray expected = test::read_npy(reference + ".output.npy");
  float largest = 0;
  for (float y : expected.values) largest = std::max(largest, std::abs(y));
  for (int threads : {1, 2}) {
    const std::vector<float> found = run(net, input, threads);
    ASSERT_EQ(found.size(), expected.values.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected.values[i], 2e-5F * largest + 1e-6F)
          << "element " << i << ", " << threads << " threads, " << reference;
    }
  }
}

// A net that leaves more than the batch open has answers at further sizes.
TEST_P(Nets, OutputMatchesTheReference) {
  const std::string reference = (models / "reference" / GetParam()).string();
  const Network net(models / (GetParam() + ".onnx"), backend());
  expect_reference(net, reference);
  for (int i = 1; fs::exists(reference + "." + std::to_string(i) + ".input.npy"); ++i) {
    expect_reference(net, reference + "." + std::to_string(i));
  }
}

// A row's answer does not depend on the rows beside it.
TEST_P(Nets, RowsAreIndependentOfTheBatch) {
  const test::FloatArray input = test::read_npy((models / "reference" / GetParam()).string() + ".input.npy");
  const Network net(models / (GetParam() + ".onnx"), backend());
  if (net.fixed_batch()) GTEST_SKIP() << "the model fixes its batch";
  const std::vector<float> all = run(net, input, 1);
  test::FloatArray first = input;
  first.shape[0] = 1;
  first.values.resize(input.values.size() / static_cast<std::size_t>(input.shape[0]));
  const std::vector<float> one = run(net, first, 1);
  for (std::size_t i = 0; i < one.size(); ++i) {
    ASSERT_NEAR(one[i], all[i], 1e-4F * std::max(1.F, std::abs(all[i]))) << "element " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Nets, testing::ValuesIn(net_names()), test::TestName{});

class BadNets : public testing::TestWithParam<std::string> {};

TEST_P(BadNets, AreRefusedByName) {
  try {
    const Network net(models / "bad" / GetParam(), backend());
    net.compile({1, 1, Layout::row_major, {}});
    FAIL() << "the model was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model) << error.what();
    for (const std::string& word : test::words_of_refusal(GetParam())) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos)
          << "'" << word << "' is not in: " << error.what();
    }
    EXPECT_NE(std::string(error.what()).find(fs::path(GetParam()).stem().string()), std::string::npos)
        << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadNets, testing::ValuesIn(test::bad_model_names()), test::TestName{});

}  // namespace
}  // namespace yy
