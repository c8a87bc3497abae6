// The cascade that a device decides, on the CPU: it says what the one that the host decides says, in the same
// order.
#include "yy/device_cascade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"
#include "runtime/profile.h"
#include "tests/yy/digit_pair.h"

namespace yy::test {
namespace {

using testing::HasSubstr;

class DecidedByDevice : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    pair = std::make_unique<DigitPair>(make_cpu_backend());
    images = read_digits(200);
  }
  static void TearDownTestSuite() {
    pair.reset();
    images.clear();
  }

  static std::string refusal(const CascadeOptions& options) {
    try {
      DeviceCascade(pair->stages(), options, [](Verdict&&) {});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage);
      return error.what();
    }
    return "";
  }

  static inline std::unique_ptr<DigitPair> pair;
  static inline std::vector<Image> images;
};

TEST_F(DecidedByDevice, AsByTheHost) {
  for (float threshold : {0.F, 0.3F, 0.8F, 1.F}) {
    for (const auto& [yin, yang] : {std::pair{1, 1}, {1, 5}, {4, 4}, {8, 8}, {8, 3}, {7, 16}, {64, 64}}) {
      for (bool carry_over : {true, false}) {
        SCOPED_TRACE(testing::Message()
                     << threshold << ", batches " << yin << " and " << yang << ", carry over " << carry_over);
        CascadeOptions options{{threshold}, 8, 1, carry_over};
        options.batches = {yin, yang};
        expect_same(pair->decided_by_device(options, images), pair->decided_by_host(options, images));
      }
    }
  }
}

// Pictures wait at most 64 steps for others to fill Yang's batch.
TEST_F(DecidedByDevice, NobodyWaitsForever) {
  CascadeOptions options{{0.35F}, 1, 1, true};  // few are deferred
  options.batches = {1, 64};
  const std::vector<Verdict> verdicts = pair->decided_by_device(options, images);
  expect_same(verdicts, pair->decided_by_host(options, images));
  EXPECT_LT(std::ranges::find(verdicts, 1, &Verdict::stage) - verdicts.begin(), 190)
      << "nobody waited so long";
}

TEST_F(DecidedByDevice, ByAnotherGateOrInAnotherType) {
  for (Gate gate : {Gate::margin, Gate::entropy}) {
    CascadeOptions options{{0.6F}, 8, 1, true};
    options.gate = gate;
    expect_same(pair->decided_by_device(options, images), pair->decided_by_host(options, images));
  }
  if (pair->stages()[0]->network().backend().support(Precision::bf16) == Support::none) return;
  CascadeOptions options{{0.8F}, 8, 1, true};
  options.precision = Precision::bf16;
  expect_same(pair->decided_by_device(options, images), pair->decided_by_host(options, images));
}

// Whatever the sink does, pictures get their own answers, each once.
TEST_F(DecidedByDevice, ASinkThatThrowsLosesNothing) {
  const std::vector<Verdict> expected = pair->decided_by_host({{0.8F}, 4, 1, true}, images);
  std::vector<Verdict> verdicts;
  int calls = 0, thrown = 0;
  DeviceCascade cascade(pair->stages(), {{0.8F}, 4, 1, true}, [&](Verdict&& verdict) {
    verdicts.push_back(verdict);
    if (++calls % 7 == 0) throw std::runtime_error("the disk is full");
  });
  const auto despite = [&](const auto& act) {
    try {
      act();
      return true;
    } catch (const std::runtime_error&) {
      ++thrown;
      return false;
    }
  };
  for (std::size_t i = 0; i < images.size(); ++i) {
    while (!despite([&] { cascade.push(i, images[i]); })) {
    }
  }
  while (!despite([&] { cascade.flush(); })) {
  }
  EXPECT_EQ(thrown, static_cast<int>(images.size()) / 7);
  expect_same(verdicts, expected);
}

// Three ways for a picture to come: as pixels, as crops, and as crops that the device holds.
TEST_F(DecidedByDevice, HoweverPicturesCome) {
  const DigitPair one_card({pair->stages()[1], pair->stages()[1]});
  for (const DigitPair* which : std::initializer_list<const DigitPair*>{pair.get(), &one_card}) {
    const Backend& backend = which->stages()[0]->network().backend();
    CascadeOptions options{{0.8F}, 8, 1, true};
    for (int only : {-1, 0, 1, 2}) {
      std::vector<Verdict> verdicts;
      DeviceCascade cascade(which->stages(), options,
                            [&](Verdict&& verdict) { verdicts.push_back(verdict); });
      EXPECT_EQ(cascade.cards().size(), which == &one_card ? 1U : 2U);
      const std::unique_ptr<Stream> theirs = backend.new_stream(1);
      DeviceCascade::Crops crops;
      for (std::size_t i = 0; i < images.size(); ++i) {
        const int way = only < 0 ? static_cast<int>(i * i % 3) : only;
        if (way == 0) {
          cascade.push(i, images[i]);
          continue;
        }
        cascade.prepare(images[i], crops);
        if (way == 1) {
          cascade.push(i, crops);
          continue;
        }
        std::vector<const void*> held;
        for (const auto& crop : crops.by_card) held.push_back(crop.data());
        cascade.push(i, held, *theirs);
      }
      cascade.flush();
      expect_same(verdicts, which->decided_by_host(options, images));
    }
  }
}

TEST_F(DecidedByDevice, CropsOfAnotherCascadeAreRefused) {
  DeviceCascade cascade(pair->stages(), {{0.8F}, 8, 1, true}, [](Verdict&&) {});
  const std::unique_ptr<Stream> theirs = pair->stages()[0]->network().backend().new_stream(1);
  EXPECT_THROW(cascade.push(0, DeviceCascade::Crops{}), Error);
  DeviceCascade::Crops crops;
  cascade.prepare(images[0], crops);
  crops.by_card[1].pop_back();
  EXPECT_THROW(cascade.push(0, crops), Error);
  EXPECT_THROW(cascade.push(0, std::vector<const void*>{crops.by_card[0].data(), nullptr}, *theirs), Error);
  EXPECT_THROW(cascade.push(0, std::vector<const void*>(3), *theirs), Error);
  EXPECT_NO_THROW(cascade.flush());
}

TEST_F(DecidedByDevice, StagesThatShareACard) {
  const DigitPair one_card({pair->stages()[1], pair->stages()[1]});
  for (float threshold : {0.7F, 0.99F}) {
    CascadeOptions options{{threshold}, 4, 1, true};
    expect_same(one_card.decided_by_device(options, images), one_card.decided_by_host(options, images));
  }
}

TEST_F(DecidedByDevice, FlushingInBetweenChangesNoAnswer) {
  std::vector<Verdict> verdicts;
  DeviceCascade cascade(pair->stages(), {{0.8F}, 8, 1, true},
                        [&](Verdict&& verdict) { verdicts.push_back(verdict); });
  cascade.flush();
  for (std::size_t i = 0; i < 30; ++i) {
    cascade.push(i, images[i]);
    if (i == 3 || i == 15) {
      cascade.flush();
      EXPECT_EQ(verdicts.size(), i + 1);
    }
  }
  cascade.flush();
  std::ranges::sort(verdicts, {}, &Verdict::ticket);
  std::vector<Verdict> expected =
      pair->decided_by_host({{0.8F}, 8, 1, true}, {images.begin(), images.begin() + 30});
  std::ranges::sort(expected, {}, &Verdict::ticket);
  expect_same(verdicts, expected);
}

// A picture that a stage cannot take leaves no trace.
TEST_F(DecidedByDevice, APictureThatCannotBePreparedIsAnError) {
  Image part = images[0];
  part.region.width -= 1;
  std::vector<std::uint64_t> tickets;
  DeviceCascade cascade(pair->stages(), {{1.F}, 2, 1, true},
                        [&](Verdict&& verdict) { tickets.push_back(verdict.ticket); });
  cascade.push(5, images[0]);
  EXPECT_THROW(cascade.push(6, part), Error);
  cascade.push(7, images[1]);
  cascade.flush();
  EXPECT_EQ(tickets, (std::vector<std::uint64_t>{5, 7}));
}

TEST_F(DecidedByDevice, WhatNeedsTheHostIsRefused) {
  CascadeOptions options{{0.8F}, 8, 1, true};
  EXPECT_EQ(refusal(options), "");
  Profile profile;
  CascadeOptions bad = options;
  bad.scores = true;
  EXPECT_THAT(refusal(bad), HasSubstr("does not know scores"));
  (bad = options).topk = 2;
  EXPECT_THAT(refusal(bad), HasSubstr("the best class"));
  (bad = options).combine = Combine::mean;
  EXPECT_THAT(refusal(bad), HasSubstr("the mean"));
  (bad = options).temperatures = {1, 1};
  EXPECT_THAT(refusal(bad), HasSubstr("temperatures"));
  (bad = options).profile = &profile;
  EXPECT_THAT(refusal(bad), HasSubstr("a profile"));
  (bad = options).thresholds = {2};
  EXPECT_THAT(refusal(bad), HasSubstr("from 0 to 1"));
  (bad = options).batches = {1};
  EXPECT_THAT(refusal(bad), HasSubstr("2 batch sizes"));
  (bad = options).batches = {1, 0};
  EXPECT_THAT(refusal(bad), HasSubstr("at least 1"));
}

}  // namespace
}  // namespace yy::test
