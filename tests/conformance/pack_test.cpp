// 29 small networks with the structures of well-known ones and stored answers: outputs of `yy-run infer`,
// quality of the memory plan, no slow oneDNN code, and how many kernels each network takes.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cpu/cpu_backend.h"
#include "tests/test_name.h"
#include "tests/tools/cli.h"
#include "tools/yy_run/npy.h"
#include "tools/yy_run/tensor_files.h"
#include "yy/network.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path pack = fs::path(YY_SHARED_DIR) / "conformance" / "pack";

struct Row {
  std::string name;
  int kernels;  // at batch 1, at most; lower it when a pass saves some
  int limit;    // what the network should come down to; 0: none is set
};

const std::vector<Row> table = {
#include "tests/conformance/pack_kernels.inc"
};

void PrintTo(const Row& row, std::ostream* to) {
  *to << row.name;
}

Json read_models() {
  std::ifstream file(pack / "manifest.json");
  return Json::parse(file).at("models");
}

std::string path_of(const Json& name) {
  return (pack / name.get<std::string>()).string();
}

// What is wrong with `found`; empty where every element is within `tolerance`.
std::string problem_of(const Tensor& found, const Tensor& expected, double tolerance) {
  if (found.desc() != expected.desc()) return "it is " + found.desc().text();
  double largest = 0;
  for (std::size_t i = 0; i < expected.as<float>().size() && !std::isnan(largest); ++i) {
    const double off = std::abs(static_cast<double>(found.as<float>()[i]) - expected.as<float>()[i]);
    if (!(off <= largest)) largest = off;
  }
  if (largest <= tolerance) return {};
  return "off by " + std::to_string(largest) + ", allowed " + std::to_string(tolerance);
}

// The outputs of one case that are right.
int run_case(const Json& model, const Json& a_case) {
  const TempFolder folder;
  const std::string input = model.at("inputs").at(0).at("name").get<std::string>() + "=";
  const Outcome outcome =
      yy_run({"infer", path_of(model.at("model")), "--input", input + path_of(a_case.at("input")),
              "--output-dir", folder / "out", "--threads", "1"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  if (outcome.code != 0) return 0;
  int right = 0;
  for (const Json& output : a_case.at("outputs")) {
    const Tensor found =
        read_npy(fs::path(folder / "out") / npy_file_name(output.at("name").get<std::string>()));
    const Tensor expected = read_npy(path_of(output.at("file")));
    const std::string problem = problem_of(found, expected, model.at("tol_fp32_abs").get<double>());
    EXPECT_EQ(problem, "") << output.at("file");
    if (problem.empty()) ++right;
  }
  return right;
}

TEST(Pack, AnswersAreWithinTheirTolerance) {
  if (!fs::exists(pack)) GTEST_SKIP() << pack << " is not there";
  int outputs = 0, right = 0;
  const Json models = read_models();
  for (const Json& model : models) {
    for (const Json& a_case : model.at("cases")) {
      outputs += static_cast<int>(a_case.at("outputs").size());
      right += run_case(model, a_case);
    }
  }
  std::printf("%d/%d\n", right, outputs);
  EXPECT_EQ(outputs, 57);
  EXPECT_EQ(right, outputs);
}

TEST(Pack, TableHasEveryNetwork) {
  if (!fs::exists(pack)) GTEST_SKIP() << pack << " is not there";
  std::vector<std::string> expected, found;
  const Json models = read_models();
  for (const Json& model : models) expected.push_back(model.at("name"));
  for (const Row& row : table) found.push_back(row.name);
  EXPECT_EQ(found, expected);
}

class PackNets : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    if (!fs::exists(pack)) GTEST_SKIP() << pack << " is not there";
  }
  static Network network() {
    return {pack / GetParam().name / "model.onnx", std::shared_ptr<const Backend>(make_cpu_backend())};
  }
  // 1 and 8, or the batch that the model fixes.
  static std::vector<std::int64_t> batches(const Network& net) {
    if (const auto fixed = net.fixed_batch()) return {*fixed};
    return {1, 8};
  }
  static std::shared_ptr<const Program> compile(const Network& net, std::int64_t batch) {
    return net.compile({batch, 1, Layout::channels_last, {}});
  }
  static int count_kernels() {
    const Network net = network();
    const auto program = compile(net, batches(net)[0]);
    return static_cast<int>(std::count_if(program->steps().begin(), program->steps().end(),
                                          [](const Step& step) { return !step.kernel.is_view; }));
  }
};

TEST_P(PackNets, ArenaIsNearItsLowerBound) {
  const Network net = network();
  for (std::int64_t batch : batches(net)) {
    const MemoryPlan memory = compile(net, batch)->memory();
    EXPECT_LE(memory.arena_bytes, 1.05 * memory.lower_bound) << "batch " << batch;
  }
}

TEST_P(PackNets, NoPrimitiveIsAReferenceImplementation) {
  const Network net = network();
  for (std::int64_t batch : batches(net)) {
    const auto program = compile(net, batch);
    for (const Step& step : program->steps()) {
      EXPECT_EQ(step.kernel.implementation.find("ref"), std::string::npos)
          << step.node.label() << " runs as " << step.kernel.implementation << " at batch " << batch;
    }
  }
}

TEST_P(PackNets, TakesNoMoreKernelsThanBefore) {
  const int kernels = count_kernels();
  EXPECT_LE(kernels, GetParam().kernels);
  RecordProperty("kernels", kernels);
}

std::string name_of(const testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(All, PackNets, testing::ValuesIn(table), name_of);

class PackLimits : public PackNets {};

TEST_P(PackLimits, KernelsAreWithinTheLimit) {
  EXPECT_LE(count_kernels(), GetParam().limit);
}

std::vector<Row> limited() {
  std::vector<Row> rows;
  std::copy_if(table.begin(), table.end(), std::back_inserter(rows),
               [](const Row& row) { return row.limit > 0; });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(All, PackLimits, testing::ValuesIn(limited()), name_of);

}  // namespace
}  // namespace yy::test
