// Damaged models as far as a run: each must end in yy::Error or in a finished batch; none may crash, hang, or
// take more memory than our limits allow. The models are the small committed ones and, where it is there, the
// pack of
// ../shared/conformance.
//
// YY_MUTATIONS=N makes N mutations of each kind instead of ten per model; YY_MUTATION=KIND:MODEL:SEED makes
// one.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <vector>

#include "cpu/cpu_backend.h"
#include "onnx/loader.h"
#include "runtime/error.h"
#include "runtime/executor.h"
#include "tests/mutations/guard.h"
#include "tests/mutations/mutate.h"
#include "tests/tools/temp_folder.h"
#include "yy/network.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

#ifdef __SANITIZE_ADDRESS__
constexpr double slowness = 10;
#else
constexpr double slowness = 1;
#endif
constexpr double most_seconds = 5 * slowness;  // one mutation, on a busy machine
constexpr std::size_t most_activation_bytes = std::size_t{64} << 20;
// The loader's and the passes' own limits on constants are far above what these models hold; 4 GiB is the
// largest that they allow to be computed.
constexpr std::size_t most_memory = std::size_t{5} << 30;

struct Model {
  std::string name;
  fs::path file;
};

std::vector<Model> find_models() {
  std::vector<Model> models;
  for (const auto& entry : fs::directory_iterator(YY_TEST_MODELS_DIR)) {
    const fs::path& file = entry.path();
    if (file.extension() == ".onnx" && file.stem().string().starts_with("net-")) {
      models.push_back({file.stem().string(), file});
    }
  }
  const fs::path pack = fs::path(YY_SHARED_DIR) / "conformance" / "pack";
  if (fs::exists(pack)) {
    for (const auto& entry : fs::directory_iterator(pack)) {
      const fs::path file = entry.path() / "model.onnx";
      if (fs::exists(file)) models.push_back({entry.path().filename().string(), file});
    }
  } else {
    std::cout << pack << " is not there: only the committed models are damaged\n";
  }
  std::sort(models.begin(), models.end(), [](const Model& a, const Model& b) { return a.name < b.name; });
  return models;
}

using Mutate = void (*)(std::string&, Random&);
const std::map<std::string, Mutate> kinds = {{"bytes", mutate_bytes}, {"structure", mutate_structure}};

std::shared_ptr<const Backend> cpu() {
  static const std::shared_ptr<const Backend> backend = make_cpu_backend();
  return backend;
}

// Loads, compiles and runs; throws what the library throws.
void run(const std::string& bytes) {
  const OnnxModel model = parse_onnx(std::as_bytes(std::span(bytes)), "mutated");
  const Network network(model.graph, "mutated", cpu());
  NetworkOptions options;
  options.batch = network.fixed_batch().value_or(1);
  options.most_activation_bytes = most_activation_bytes;
  const auto program = network.compile(options);
  Executor executor(program, cpu()->allocate(program->memory().arena_bytes));
  const auto stream = cpu()->new_stream(1);
  executor.run(*stream);
  stream->wait();
}

// Other numbers for every model, the same on every machine.
Random random_numbers(const Model& model, std::uint64_t seed) {
  std::vector<std::uint64_t> seeds = {seed};
  seeds.insert(seeds.end(), model.name.begin(), model.name.end());
  std::seed_seq sequence(seeds.begin(), seeds.end());
  return Random(sequence);
}

enum class Outcome { refused, ran };

Outcome mutate_and_run(const Model& model, const std::string& kind, std::uint64_t seed) {
  const std::string again = fmt::format("to repeat: YY_MUTATION={}:{}:{}", kind, model.name, seed);
  std::string bytes = read_text(model.file);
  Random random = random_numbers(model, seed);
  kinds.at(kind)(bytes, random);
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome = Outcome::ran;
  {
    const Guard guard(again, static_cast<unsigned>(60 * slowness));
    try {
      run(bytes);
    } catch (const Error& error) {
      outcome = Outcome::refused;
      EXPECT_EQ(error.code(), ErrorCode::model) << error.what() << "\n" << again;
      EXPECT_TRUE(std::string(error.what()).starts_with("mutated")) << error.what() << "\n" << again;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "not an Error of ours: " << error.what() << "\n" << again;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took.count(), most_seconds) << again;
  return outcome;
}

class Mutations : public testing::TestWithParam<std::string> {};

TEST_P(Mutations, EndInAnErrorOrInABatch) {
  if (std::getenv("YY_MUTATION") != nullptr) GTEST_SKIP() << "YY_MUTATION asks for one";
  const std::vector<Model> models = find_models();
  const char* asked = std::getenv("YY_MUTATIONS");
  const std::size_t count = asked == nullptr ? 10 * models.size() : std::strtoull(asked, nullptr, 10);
  limit_memory(most_memory);
  std::map<Outcome, std::size_t> outcomes;
  for (std::size_t i = 0; i < count; ++i) {
    ++outcomes[mutate_and_run(models[i % models.size()], GetParam(), i / models.size())];
  }
  std::cout << fmt::format("{} models, {} mutations: {} refused, {} ran\n", models.size(), count,
                           outcomes[Outcome::refused], outcomes[Outcome::ran]);
  EXPECT_GT(outcomes[Outcome::refused], 0u);
  EXPECT_GT(outcomes[Outcome::ran], 0u);
}

INSTANTIATE_TEST_SUITE_P(All, Mutations, testing::Values("bytes", "structure"),
                         [](const auto& kind) { return kind.param; });

TEST(Mutation, AgainAsAsked) {
  const char* asked = std::getenv("YY_MUTATION");
  if (asked == nullptr) GTEST_SKIP() << "YY_MUTATION is not set";
  const std::string text = asked;
  const std::size_t first = text.find(':'), last = text.rfind(':');
  ASSERT_NE(first, last) << "YY_MUTATION should be KIND:MODEL:SEED";
  ASSERT_TRUE(kinds.contains(text.substr(0, first))) << "the kind should be bytes or structure";
  limit_memory(most_memory);
  for (const Model& model : find_models()) {
    if (model.name != text.substr(first + 1, last - first - 1)) continue;
    const std::uint64_t seed = std::strtoull(text.c_str() + last + 1, nullptr, 10);
    std::cout << (mutate_and_run(model, text.substr(0, first), seed) == Outcome::ran ? "it ran\n"
                                                                                     : "refused\n");
    return;
  }
  FAIL() << "there is no such model";
}

// That the guards of this test do what they are there for.
TEST(MutationGuards, TellWhatWasGoingOn) {
  EXPECT_DEATH(
      {
        const Guard guard("to repeat: this", 60);
        ::raise(SIGALRM);
      },
      "to repeat: this");
}

}  // namespace
}  // namespace yy::test
