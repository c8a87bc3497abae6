// What the cascade that the device decides asks of CUDA, as the simulated device logs it: once it runs, the
// host enqueues, and waits for nothing but the boards of steps that are two behind.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "tests/cuda/cuda_backend.h"
#include "tests/cusim/control.h"
#include "tests/yy/digit_pair.h"

namespace yy::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Calls : public testing::Test {
 protected:
  // Of `steps` whole steps in which every picture is deferred, so that Yang runs in each.
  static std::vector<cusim::Call> of(std::shared_ptr<const Backend> backend, std::int64_t steps) {
    const DigitPair pair(std::move(backend));
    const std::vector<Image> images = read_digits(8);
    CascadeOptions options{{1.F}, 8, 1, true};
    std::size_t answered = 0;
    DeviceCascade cascade(pair.stages(), options, [&](Verdict&&) { ++answered; });
    const auto push_step = [&] {
      for (const Image& image : images) cascade.push(0, image);
    };
    for (int i = 0; i < 4; ++i) push_step();  // until every buffer has been used
    cusim::start_log();
    for (std::int64_t i = 0; i < steps; ++i) push_step();
    std::vector<cusim::Call> calls = cusim::take_log();
    cascade.flush();
    EXPECT_EQ(answered, static_cast<std::size_t>(8 * (4 + steps)));
    return calls;
  }

  static std::map<std::string, int> count(const std::vector<cusim::Call>& calls) {
    std::map<std::string, int> counts;
    for (const cusim::Call& call : calls) ++counts[call.name];
    return counts;
  }
};

TEST_F(Calls, OneGraphAStepAndNoWaitBetweenYinAndYang) {
  const std::vector<cusim::Call> calls = of({&cuda_backend(), [](const Backend*) {}}, 10);
  auto counts = count(calls);
  EXPECT_EQ(counts["cudaGraphLaunch"], 10);
  EXPECT_EQ(counts["cudaLaunchKernel"], 0) << "work outside of the graph";
  EXPECT_EQ(counts["cudaEventSynchronize"], 10) << "one board a step";
  // Per step: how many rows count, the crops, of which these networks' cards want two; the board.
  EXPECT_EQ(counts["cudaMemcpyAsync"], 10 * 4);
  for (const cusim::Call& call : calls) {
    EXPECT_THAT(call.name, Not(testing::AnyOf(HasSubstr("Malloc"), HasSubstr("Free"), HasSubstr("HostAlloc"),
                                              HasSubstr("Instantiate"), HasSubstr("Capture"))));
    EXPECT_EQ(call.waits, call.name == "cudaEventSynchronize") << call.name;
  }
}

// The host waits for a board before it writes the next step's crops where that step's were, and after it
// enqueued the step before.
TEST_F(Calls, TheHostIsOneStepAhead) {
  const std::vector<cusim::Call> calls = of({&cuda_backend(), [](const Backend*) {}}, 10);
  int launched = 0, waited = 0;
  for (const cusim::Call& call : calls) {
    launched += call.name == "cudaGraphLaunch" ? 1 : 0;
    waited += call.name == "cudaEventSynchronize" ? 1 : 0;
    EXPECT_LE(launched, waited);
    EXPECT_LE(waited, launched + 1);
  }
  std::map<const void*, int> streams;
  for (const cusim::Call& call : calls) streams[call.stream] += call.stream != nullptr ? 1 : 0;
  streams.erase(nullptr);
  EXPECT_EQ(streams.size(), 3U) << "copies in, work and copies out run beside each other";
}

// Without graphs the host reads four bytes before each turn of the loop: once for the turn, once for its end.
TEST_F(Calls, ReadingBackWaitsTwiceAStep) {
  auto counts = count(of(without_graphs(), 10));
  EXPECT_EQ(counts["cudaGraphLaunch"], 0);
  EXPECT_EQ(counts["cudaStreamSynchronize"], 20);
  EXPECT_EQ(counts["cudaMemcpyAsync"] > 10 * 4 + 20, true);
}

}  // namespace
}  // namespace yy::test
