// A network whose batch, height and width are open, at one size after the other: answers, programs that are
// kept, and weights that all sizes share.
#include <cstring>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <thread>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"
#include "runtime/executor.h"
#include "yy/network.h"

namespace yy {
namespace {

Network open_sizes(std::size_t programs = Network::default_programs) {
  return {std::filesystem::path(YY_TEST_MODELS_DIR) / "net-open-sizes.onnx",
          std::shared_ptr<const Backend>(make_cpu_backend()), programs};
}

std::vector<float> run(std::shared_ptr<const Program> program, const Backend& backend, int threads) {
  const std::size_t arena = program->memory().arena_bytes;
  Executor executor(std::move(program), backend.allocate(arena));
  const TensorView& input = executor.input(0);
  std::mt19937 random(3);
  std::uniform_real_distribution<float> draw(-1, 1);
  std::generate_n(input.as<float>(), input.desc.shape.elements(), [&] { return draw(random); });
  const auto stream = backend.new_stream(threads);
  executor.run(*stream);
  stream->wait();
  const TensorView& output = executor.output(0);
  return {output.as<float>(), output.as<float>() + output.desc.shape.elements()};
}

const std::vector<Shape>& sizes() {
  static const std::vector<Shape> all{{1, 3, 9, 12}, {2, 3, 9, 12}, {1, 3, 12, 9},
                                      {1, 3, 1, 1},  {3, 3, 32, 7}, {1, 3, 64, 64}};
  return all;
}

TEST(Sizes, RandomSequencesGiveWhatFreshNetworksGive) {
  const auto seed = static_cast<unsigned>(testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(testing::Message() << "--gtest_random_seed=" << seed);
  std::mt19937 random(seed);
  const Network net = open_sizes(3);
  std::vector<std::weak_ptr<const Program>> seen;
  for (int i = 0; i < 40; ++i) {
    const Shape& shape = sizes()[random() % sizes().size()];
    const int threads = 1 + static_cast<int>(random() % 2);
    auto program = net.program({shape}, threads);
    seen.push_back(program);
    const Network fresh = open_sizes();
    EXPECT_EQ(run(std::move(program), net.backend(), threads),
              run(fresh.program({shape}, threads), fresh.backend(), threads))
        << shape.text() << ", " << threads << " threads, step " << i;
  }
  std::set<const Program*> alive;
  for (const auto& program : seen) alive.insert(program.lock().get());
  alive.erase(nullptr);
  EXPECT_LE(alive.size(), 3U);
}

TEST(Sizes, WeightsAreShared) {
  const Network net = open_sizes(1);
  const auto visit_all = [&] {
    for (const Shape& shape : sizes()) net.program({shape}, 1);
    return net.weights_bytes();
  };
  const std::size_t once = visit_all();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(visit_all(), once);
  net.program({sizes()[0]}, 1);
  const Network small = open_sizes();
  small.program({sizes()[0]}, 1);
  EXPECT_LE(once, 3 * small.weights_bytes()) << "each size packs its own weights";
}

TEST(Sizes, ProgramsAreFoundAgain) {
  const Network net = open_sizes(2);
  const auto first = net.program({sizes()[0]}, 1);
  EXPECT_EQ(net.program({sizes()[0]}, 1), first);
  EXPECT_NE(net.program({sizes()[0]}, 2), first);
  EXPECT_NE(net.program({sizes()[1]}, 1), first);
}

TEST(Sizes, ProgramsInUseOutliveTheirPlace) {
  const Network net = open_sizes(1);
  const auto first = net.program({sizes()[0]}, 1);
  const std::vector<float> before = run(first, net.backend(), 1);
  for (const Shape& shape : sizes()) net.program({shape}, 1);
  EXPECT_NE(net.program({sizes()[0]}, 1), first);
  EXPECT_EQ(run(first, net.backend(), 1), before);
}

TEST(Sizes, ThreadsMayAskForAnySize) {
  const Network net = open_sizes(2);
  std::vector<std::vector<float>> expected;
  for (const Shape& shape : sizes()) {
    const Network fresh = open_sizes();
    expected.push_back(run(fresh.program({shape}, 1), fresh.backend(), 1));
  }
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 15; ++i) {
        const std::size_t k = random() % sizes().size();
        EXPECT_EQ(run(net.program({sizes()[k]}, 1), net.backend(), 1), expected[k]);
      }
    });
  }
}

TEST(Sizes, ThatDoNotFitAreNamed) {
  const Network net = open_sizes();
  const auto message = [&](std::vector<Shape> shapes) -> std::string {
    try {
      net.program(std::move(shapes), 1);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  using testing::AllOf, testing::HasSubstr;
  EXPECT_THAT(message({{1, 4, 9, 9}}),
              AllOf(HasSubstr("net-open-sizes.onnx"), HasSubstr("'input'"), HasSubstr("dimension 1"),
                    HasSubstr("expected 3"), HasSubstr("found 4")));
  EXPECT_THAT(message({{1, 3, 9, unknown_dim}}), AllOf(HasSubstr("'input'"), HasSubstr("dimension 3")));
  EXPECT_THAT(message({}), HasSubstr("shapes of 1 inputs, found 0"));
  EXPECT_THAT(message({{1, 3, std::int64_t{1} << 30, std::int64_t{1} << 30}}), HasSubstr("2^40"));
}

}  // namespace
}  // namespace yy
