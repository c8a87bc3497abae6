// Whole networks on the CUDA device, convolutions by cuDNN's plans where it has one: outputs equal the CPU's.
// On the simulated device that takes seconds to minutes, so it is for networks that are small.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "cpu/cpu_backend.h"
#include "runtime/executor.h"
#include "tests/cuda/cuda_backend.h"
#include "yy/network.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

const fs::path shared = YY_SHARED_DIR;

struct Net {
  std::string file;    // below shared/
  std::int64_t size;   // of the picture
  bool joins = false;  // has Concats of channels
};

void PrintTo(const Net& net, std::ostream* out) {
  *out << net.file;
}

std::vector<Net> nets() {
  std::vector<Net> all{{"zoo/cifar-resnet8.onnx", 32},
                       {"zoo/cifar-resnet20.onnx", 32},
                       {"zoo/mobilenet-v1-0.25-128.onnx", 128}};
  const std::pair<const char*, std::int64_t> reduced[] = {
      {"alexnet", 127},           {"convnext_tiny", 64},      {"densenet121", 64},   {"efficientnet_b0", 96},
      {"googlenet", 96},          {"inception_v3", 107},      {"mnasnet0_5", 64},    {"mobilenet_v2", 96},
      {"mobilenet_v3_small", 96}, {"regnet_y_400mf", 64},     {"resnet18", 64},      {"resnet50", 64},
      {"resnext50_32x4d", 64},    {"shufflenet_v2_x0_5", 64}, {"squeezenet1_1", 95}, {"vgg11_bn", 64}};
  const std::set<std::string_view> joins{"googlenet", "inception_v3", "squeezenet1_1"};
  for (const auto& [name, size] : reduced)
    all.push_back({fmt::format("conformance/pack/{}/model.onnx", name), size, joins.contains(name)});
  return all;
}

std::string name_of_net(const testing::TestParamInfo<Net>& info) {
  const fs::path file = info.param.file;
  std::string name = (file.filename() == "model.onnx" ? file.parent_path().filename() : file.stem()).string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

struct Outcome {
  std::vector<float> scores;
  std::map<std::string, int> kernels;  // how many nodes each implementation computes
  int joined = 0, copied = 0;          // Concats of channels in whole 16 bytes; those that copy any of them
  double memory = 1;                   // of the arena, cuDNN's workspaces among it, over its lower bound
};

bool is_aligned(const Graph& graph, const Node& node) {
  return std::ranges::all_of(node.inputs, [&](ValueId id) {
    const TensorDesc& part = graph.value(id).desc;
    return part.shape[1] * static_cast<std::int64_t>(size_of(part.dtype)) % 16 == 0;
  });
}

Outcome run(const Network& network, const Tensor& picture, Precision precision) {
  const auto program = network.program({picture.shape()}, 1, precision);
  Executor executor(program, network.backend().allocate(program->memory().arena_bytes));
  const auto stream = network.backend().new_stream(1);
  stream->copy_in(executor.input(0).data, picture.data(), picture.desc().bytes());
  executor.run(*stream);
  Tensor scores(executor.output(0).desc);
  stream->copy_out(scores.mutable_data(), executor.output(0).data, scores.desc().bytes());
  stream->wait();
  Outcome outcome;
  outcome.scores.assign(scores.as<float>().begin(), scores.as<float>().end());
  const MemoryPlan& memory = program->memory();
  outcome.memory = static_cast<double>(memory.arena_bytes) / static_cast<double>(memory.lower_bound);
  for (const Step& step : program->steps()) {
    ++outcome.kernels[step.kernel.implementation];
    if (step.node.op->name() != "Concat" || !is_aligned(program->graph(), step.node)) continue;
    ++outcome.joined;
    if (step.kernel.implementation != "in place") ++outcome.copied;
  }
  return outcome;
}

double deviation(const std::vector<float>& values) {
  double mean = 0, square = 0;
  for (float value : values) mean += value / static_cast<double>(values.size());
  for (float value : values) square += (value - mean) * (value - mean) / static_cast<double>(values.size());
  return std::sqrt(square);
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double off = std::abs(static_cast<double>(a[i]) - b[i]);
    if (!(off <= largest)) largest = off;
  }
  return largest;
}

class NetsOnCuda : public testing::TestWithParam<Net> {};

TEST_P(NetsOnCuda, GiveTheCpusScores) {
  const fs::path file = shared / GetParam().file;
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  Tensor picture({Shape{1, 3, GetParam().size, GetParam().size}, DType::f32, Layout::row_major});
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (float& pixel : picture.as_mutable<float>()) pixel = normal(random);
  const std::shared_ptr<const Backend> cuda(&cuda_backend(), [](const Backend*) {});
  const Network on_cpu(file, make_cpu_backend()), on_cuda(file, cuda);
  const std::vector<float> expected = run(on_cpu, picture, Precision::f32).scores;
  const double scale = deviation(expected);
  // Of the scores' standard deviation.
  const std::pair<Precision, double> allowed[] = {
      {Precision::f32, 2e-4}, {Precision::f16, 3e-2}, {Precision::bf16, 4e-1}};
  for (const auto& [precision, tolerance] : allowed) {
    if (cuda->support(precision) == Support::none) continue;
    const Outcome found = run(on_cuda, picture, precision);
    const double off = largest_difference(found.scores, expected) / scale;
    EXPECT_LE(off, tolerance) << name_of(precision);
    EXPECT_LE(found.memory, 1.05) << name_of(precision);
    EXPECT_EQ(found.copied, 0) << name_of(precision);
    if (GetParam().joins) {
      EXPECT_GT(found.joined, 0) << name_of(precision);
    }
    int by_cudnn = 0, by_cublaslt = 0, all = 0;
    for (const auto& [name, count] : found.kernels) {
      all += count;
      if (name.starts_with("cudnn")) by_cudnn += count;
      if (name.starts_with("cublaslt")) by_cublaslt += count;
    }
    if (std::getenv("YY_CUDNN_DEVICE") != nullptr) {
      EXPECT_GT(by_cudnn, 0);
    }
    std::cout << fmt::format(
        "{} {}: off by {:.2g} of the deviation; of {} nodes {} by cuDNN, {} by cuBLASLt; {} Concats in "
        "place; arena over "
        "lower bound {:.4f}\n",
        GetParam().file, name_of(precision), off, all, by_cudnn, by_cublaslt, found.joined - found.copied,
        found.memory);
  }
}

// ResNet-8 pads its strided layers on one side only, and has no other activation than Relu.
TEST(NetsByCudnn, EveryLayerOfResNet8) {
  const fs::path file = shared / "zoo/cifar-resnet8.onnx";
  if (!fs::exists(file)) GTEST_SKIP() << file << " is not there";
  const std::shared_ptr<const Backend> cuda(&cuda_backend(), [](const Backend*) {});
  const Network network(file, cuda);
  const auto program = network.program({Shape{1, 3, 32, 32}}, 1, Precision::f16);
  int layers = 0;
  for (const Step& step : program->steps()) {
    if (step.node.op->name() != "Conv") continue;
    ++layers;
    EXPECT_TRUE(step.kernel.implementation.starts_with("cudnn"))
        << step.node.name << ": " << step.kernel.implementation;
    EXPECT_FALSE(step.kernel.implementation.ends_with("unary")) << step.node.name;
  }
  EXPECT_EQ(layers, 9);
}

INSTANTIATE_TEST_SUITE_P(All, NetsOnCuda, testing::ValuesIn(nets()), name_of_net);

}  // namespace
}  // namespace yy::test
