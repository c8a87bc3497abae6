// Damaged models by the thousand: each must load or be refused with yy::Error, nothing else. Run under
// AddressSanitizer and UBSan (cmake -DYY_SANITIZE=ON) this is the loader's short fuzz test; tests/fuzz has
// the long one.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <iterator>
#include <random>

#include "onnx/loader.h"
#include "ops/registry.h"
#include "runtime/error.h"
#include "tests/onnx/net.h"

namespace yy::test {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t count) {
  return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
}

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

void damage_bytes(std::string& bytes, Random& random) {
  if (bytes.empty()) return;
  const std::size_t at = below(random, bytes.size());
  const std::size_t size = std::min(below(random, 32) + 1, bytes.size() - at);
  switch (below(random, 6)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
      break;
    case 1:
      bytes[at] = static_cast<char>(below(random, 256));
      break;
    case 2:
      bytes.erase(at, size);
      break;
    case 3:
      bytes.insert(below(random, bytes.size()), bytes.substr(at, size));
      break;
    case 4:
      bytes.insert(at, std::string(size, static_cast<char>(below(random, 2) * 255)));
      break;
    default:
      bytes.resize(at);
      break;
  }
}

std::int64_t odd_number(Random& random) {
  constexpr std::int64_t numbers[] = {
      0,         1,         -1,       2, 3, 255, -128, 65536, 0x7fff'ffff, 0x8000'0000, -0x8000'0000LL,
      INT64_MAX, INT64_MIN, 1LL << 40};
  return numbers[below(random, std::size(numbers))];
}

void damage_attribute(onnx_pb::Attribute& attribute, Random& random) {
  switch (below(random, 5)) {
    case 0:
      attribute.set_i(odd_number(random));
      break;
    case 1:
      attribute.add_ints(odd_number(random));
      break;
    case 2:
      attribute.set_type(static_cast<int>(below(random, 16)));
      break;
    case 3:
      attribute.clear_ints();
      break;
    default:
      if (attribute.ints_size() > 0) attribute.set_ints(0, odd_number(random));
  }
}

void damage_node(onnx_pb::Graph& graph, Random& random) {
  onnx_pb::Node& node =
      *graph.mutable_node(static_cast<int>(below(random, static_cast<std::size_t>(graph.node_size()))));
  const onnx_pb::Node other =
      graph.node(static_cast<int>(below(random, static_cast<std::size_t>(graph.node_size()))));
  const auto operators = known_operators();
  switch (below(random, 6)) {
    case 0:
      node.set_op_type(std::string(operators[below(random, operators.size())]));
      break;
    case 1:
      node.mutable_input()->Add(other.output().begin(), other.output().end());
      break;
    case 2:
      node.clear_input();
      break;
    case 3:
      *node.mutable_output() = other.output();
      break;
    case 4:
      *node.mutable_attribute() = other.attribute();
      break;
    default:
      if (node.attribute_size() > 0) damage_attribute(*node.mutable_attribute(0), random);
  }
}

void damage_weight(onnx_pb::Tensor& tensor, Random& random) {
  switch (below(random, 4)) {
    case 0:
      tensor.set_data_type(static_cast<int>(below(random, 24)));
      break;
    case 1:
      tensor.add_dims(odd_number(random));
      break;
    case 2:
      tensor.add_int32_data(static_cast<std::int32_t>(odd_number(random)));
      break;
    default:
      if (tensor.dims_size() > 0) tensor.set_dims(0, odd_number(random));
  }
}

// Damage that survives protobuf, and so reaches what lies behind it.
void damage_meaning(std::string& bytes, Random& random) {
  onnx_pb::Model model;
  if (!model.ParseFromString(bytes)) return damage_bytes(bytes, random);
  onnx_pb::Graph& graph = *model.mutable_graph();
  for (std::size_t i = below(random, 3) + 1; i > 0; --i) {
    if (below(random, 3) > 0 && graph.node_size() > 0) {
      damage_node(graph, random);
    } else if (graph.initializer_size() > 0) {
      const auto which = below(random, static_cast<std::size_t>(graph.initializer_size()));
      damage_weight(*graph.mutable_initializer(static_cast<int>(which)), random);
    }
  }
  bytes = model.SerializeAsString();
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
    if (i % 2 == 0) {
      for (std::size_t times = below(random, 4) + 1; times > 0; --times) damage_bytes(bytes, random);
    } else {
      damage_meaning(bytes, random);
    }
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
