// Damaged models by the thousand: each must load or be refused with yy::Error, nothing else. Run under
// AddressSanitizer and UBSan (cmake -DYY_SANITIZE=ON) this is the loader's short fuzz test; tests/fuzz has
// the long one, and tests/mutations goes on to compile and run.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <iterator>

#include "onnx/loader.h"
#include "runtime/error.h"
#include "tests/mutations/mutate.h"
#include "tests/onnx/net.h"

namespace yy::test {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Small enough that thousands take seconds.
std::vector<std::string> read_corpus() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(YY_TEST_MODELS_DIR)) {
    if (entry.path().extension() == ".onnx" && entry.file_size() < 30'000) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// Shape inference is where a bad attribute that the loader lets pass is used for the first time.
void infer_shapes(Graph& graph) {
  for (ValueId id : graph.inputs) {
    for (std::size_t axis = 0; axis < graph.value(id).desc.shape.rank(); ++axis) {
      std::int64_t& dim = graph.value(id).desc.shape[axis];
      if (dim == unknown_dim) dim = 2;
    }
  }
  for (const Node& node : graph.nodes) {
    const std::vector<TensorDesc> descs = node.op->infer(graph.op_inputs(node));
    for (std::size_t i = 0; i < std::min(descs.size(), node.outputs.size()); ++i) {
      if (node.outputs[i] == no_value) continue;
      Value& value = graph.value(node.outputs[i]);
      value.desc = descs[i];
      value.typed = true;
      if (descs[i].shape.elements() > 1'000'000) return;
      value.constant = node.op->fold(graph.op_inputs(node));
    }
  }
}

// Whether it was loaded. Any other exception than Error ends the test.
bool loads(const std::string& bytes) {
  OnnxModel model;
  try {
    model = parse_onnx(as_bytes(bytes), "hostile");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model) << error.what();
    EXPECT_EQ(std::string(error.what()).rfind("hostile", 0), 0u) << error.what();
    return false;
  }
  try {
    infer_shapes(model.graph);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model) << error.what();
  }
  return true;
}

TEST(Hostile, DamagedModelsLoadOrAreRefused) {
  const std::vector<std::string> corpus = read_corpus();
  ASSERT_FALSE(corpus.empty());
  const std::uint64_t seed = from_environment("YY_SEED", 1);
  const std::uint64_t count = from_environment("YY_ITERATIONS", 10'000);
  std::cout << "to repeat: YY_SEED=" << seed << " YY_ITERATIONS=" << count << "\n";
  Random random(seed);
  std::uint64_t loaded = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string bytes = corpus[below(random, corpus.size())];
    i % 2 == 0 ? mutate_bytes(bytes, random) : mutate_structure(bytes, random);
    ASSERT_NO_THROW(loaded += loads(bytes) ? 1 : 0) << "iteration " << i;
    if (HasFailure()) FAIL() << "iteration " << i;
  }
  std::cout << loaded << " of " << count << " were loaded\n";
}

TEST(Hostile, EveryTruncationLoadsOrIsRefused) {
  for (const std::string& bytes : read_corpus()) {
    if (bytes.size() > 3'000) continue;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // The file may end in fields that do not matter; what is left is a model then.
      ASSERT_NO_THROW(loads(bytes.substr(0, size))) << size;
    }
  }
}

}  // namespace
}  // namespace yy::test
