// ONNX's own tests of single operators: loads each model, runs it on the inputs stored beside it, and
// compares with the stored outputs.
//
// usage: node_tests FOLDER LIST    FOLDER/NAME/model.onnx, FOLDER/NAME/test_data_set_K/{input,output}_I.pb;
//                                  LIST holds a NAME a line
//
// Exit codes: 0 all that are in the folder pass, 1 some fail, 77 the folder or the list is not there.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <stdexcept>

#include "onnx/loader.h"
#include "runtime/error.h"
#include "tools/yy_run/raw_run.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

constexpr int skip_code = 77;

// input_0.pb, input_1.pb, ... or output_0.pb, ...
std::vector<Tensor> read_tensors(const fs::path& folder, const char* what) {
  std::vector<Tensor> tensors;
  for (;;) {
    const fs::path file = folder / fmt::format("{}_{}.pb", what, tensors.size());
    if (!fs::exists(file)) return tensors;
    tensors.push_back(load_tensor_pb(file));
  }
}

// The tolerances are those of ONNX's own test runner but for `absolute`, which is 1e-7 there: less than a
// float32 sum of some terms can promise.
bool is_near(float found, float expected) {
  constexpr double relative = 1e-3, absolute = 1e-5;
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) == std::isnan(found);
  if (std::isinf(expected)) return found == expected;
  return std::abs(static_cast<double>(found) - expected) <= absolute + relative * std::abs(expected);
}

// Throws std::runtime_error that tells what differs.
void compare(const Tensor& found, const Tensor& expected, std::size_t index) {
  if (found.desc() != expected.desc()) {
    throw std::runtime_error(
        fmt::format("output {}: expected {}, found {}", index, expected.desc().text(), found.desc().text()));
  }
  if (expected.dtype() != DType::f32) {
    if (std::memcmp(found.data(), expected.data(), expected.desc().bytes()) == 0) return;
    throw std::runtime_error(fmt::format("output {}: elements differ", index));
  }
  for (std::size_t i = 0; i < expected.as<float>().size(); ++i) {
    if (is_near(found.as<float>()[i], expected.as<float>()[i])) continue;
    throw std::runtime_error(fmt::format("output {}, element {}: expected {}, found {}", index, i,
                                         expected.as<float>()[i], found.as<float>()[i]));
  }
}

// Throws std::exception where the test fails.
void run_test(const fs::path& folder) {
  RawRunOptions options;
  options.model = (folder / "model.onnx").string();
  const Graph graph = load_onnx(options.model).graph;
  std::size_t sets = 0;
  for (;; ++sets) {
    const fs::path data = folder / fmt::format("test_data_set_{}", sets);
    if (!fs::exists(data)) break;
    const std::vector<Tensor> inputs = read_tensors(data, "input");
    const std::vector<Tensor> expected = read_tensors(data, "output");
    if (inputs.size() != graph.inputs.size() || expected.size() != graph.outputs.size()) {
      throw std::runtime_error("there are not as many tensors as inputs and outputs");
    }
    const std::vector<Tensor> found = run_raw(graph, inputs, options);
    for (std::size_t i = 0; i < expected.size(); ++i) compare(found[i], expected[i], i);
  }
  if (sets == 0) throw std::runtime_error("it has no data");
}

int run_all(const fs::path& folder, const fs::path& list) {
  for (const fs::path& needed : {folder, list}) {
    if (fs::exists(needed)) continue;
    std::printf("skipped: %s is not there\n", needed.c_str());
    return skip_code;
  }
  int passed = 0, skipped = 0, failed = 0;
  std::ifstream names(list);
  for (std::string name; names >> name;) {
    if (!fs::exists(folder / name)) {
      std::printf("skipped %s: it is not in the folder\n", name.c_str());
      ++skipped;
      continue;
    }
    try {
      run_test(folder / name);
      std::printf("passed  %s\n", name.c_str());
      ++passed;
    } catch (const std::exception& error) {
      std::printf("FAILED  %s: %s\n", name.c_str(), error.what());
      ++failed;
    }
  }
  std::printf("%d passed, %d skipped, %d failed\n", passed, skipped, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace yy::test

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: node_tests FOLDER LIST\n", stderr);
    return 1;
  }
  return yy::test::run_all(argv[1], argv[2]);
}
