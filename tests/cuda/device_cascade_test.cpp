// The cascade that the CUDA device decides: what the CPU's says, in the same order, with a graph whose loop
// the device decides on and without.
#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <tuple>

#include "cpu/cpu_backend.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/yy/digit_pair.h"

namespace yy::test {
namespace {

int number(const char* variable, int otherwise) {
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : std::atoi(value);
}

std::shared_ptr<const Backend> device(bool graphs) {
  if (!graphs) return without_graphs();
  return {&cuda_backend(), [](const Backend*) {}};
}

class DecidedOnCuda : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    pair_ = std::make_unique<DigitPair>(device(GetParam()));
    images_ = read_digits(60);
  }

  void expect_as_on_cpu(const CascadeOptions& options) const {
    static const DigitPair on_cpu(make_cpu_backend());
    expect_same(pair_->decided_by_device(options, images_), on_cpu.decided_by_host(options, images_));
  }

  std::unique_ptr<DigitPair> pair_;
  std::vector<Image> images_;
};

TEST_P(DecidedOnCuda, AsByTheHostOnTheCpu) {
  for (float threshold : {0.F, 0.3F, 0.7F, 1.F}) {
    for (const auto& [yin, yang] : {std::pair{1, 1}, {3, 7}, {8, 8}, {7, 2}}) {
      SCOPED_TRACE(testing::Message() << threshold << ", batches " << yin << " and " << yang);
      CascadeOptions options{{threshold}, 8, 1, true};
      options.batches = {yin, yang};
      expect_as_on_cpu(options);
    }
  }
}

TEST_P(DecidedOnCuda, WithoutWaitingForOthers) {
  expect_as_on_cpu({{0.7F}, 8, 1, false});
}

TEST_P(DecidedOnCuda, NobodyWaitsForever) {
  images_ = read_digits(200);
  CascadeOptions options{{0.35F}, 1, 1, true};
  options.batches = {1, 64};
  expect_as_on_cpu(options);
}

// YY_BATCHES=33: all pairs of batch sizes up to that at each threshold; else some.
TEST_P(DecidedOnCuda, AllBatchSizes) {
  const int most = number("YY_BATCHES", 0);
  images_.resize(40);
  int runs = 0;
  for (std::int64_t yin = 1; yin <= std::max(most, 33); ++yin) {
    for (std::int64_t yang = 1; yang <= std::max(most, 33); ++yang) {
      if (most == 0 && (7 * yin + 5 * yang) % 211 != 0) continue;
      for (float threshold : {0.F, 0.3F, 0.7F, 1.F}) {
        SCOPED_TRACE(testing::Message() << threshold << ", batches " << yin << " and " << yang);
        CascadeOptions options{{threshold}, 8, 1, true};
        options.batches = {yin, yang};
        expect_as_on_cpu(options);
        if (HasFatalFailure()) return;
        ++runs;
      }
    }
  }
  EXPECT_GE(runs, most == 0 ? 8 : 4 * most * most);
}

// YY_SOAK: how many pictures, in each of five configurations.
TEST_P(DecidedOnCuda, ManyPictures) {
  const auto pictures = static_cast<std::size_t>(number("YY_SOAK", 200));
  const std::vector<Image> digits = read_digits(200);
  images_.clear();
  for (std::size_t i = 0; i < pictures; ++i) images_.push_back(digits[i * 7 % digits.size()]);
  const std::tuple<float, std::int64_t, std::int64_t, bool> configurations[] = {{0.7F, 8, 8, true},
                                                                                {0.3F, 16, 32, true},
                                                                                {0.9F, 32, 5, true},
                                                                                {0.7F, 16, 16, false},
                                                                                {1.F, 64, 64, true}};
  for (const auto& [threshold, yin, yang, carry_over] : configurations) {
    SCOPED_TRACE(testing::Message() << threshold << ", batches " << yin << " and " << yang);
    CascadeOptions options{{threshold}, 8, 1, carry_over};
    options.batches = {yin, yang};
    expect_as_on_cpu(options);
  }
}

INSTANTIATE_TEST_SUITE_P(, DecidedOnCuda, testing::Values(true, false),
                         [](const auto& one) { return one.param ? "ByAGraph" : "ByReadingBack"; });

}  // namespace
}  // namespace yy::test
