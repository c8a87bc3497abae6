// Pictures of which a network's scores are not numbers: Yin defers them, Yang's answer is an error, and the
// cascade that the device decides says so of the same pictures as the one that the host decides.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "tests/ops/backends.h"
#include "tests/yy/digit_pair.h"

namespace yy::test {
namespace {

// Divides that channel by next to nothing: all but 0 becomes infinite, and where weights have both signs,
// sums are not numbers. (A picture may yet come through: NaN ends at a Relu.)
CardOverrides spoiled_by(std::size_t channel) {
  CardOverrides card;
  card.mean = {64, 80, 96};
  card.std = {96, 104, 112};
  card.mean->at(channel) = 0;
  card.std->at(channel) = 1e-37F;
  return card;
}

constexpr std::size_t green = 1, blue = 2;

// Every third picture can spoil Yin, every fourth Yang.
constexpr std::uint64_t of_yin = 3, of_yang = 4;

std::vector<Image> marked_digits() {
  std::vector<Image> images = read_digits(40);
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (std::size_t at = 0; at < images[i].pixels.size(); at += 3) {
      if (i % of_yang != 0) images[i].pixels[at + green] = 0;
      if (i % of_yin != 0) images[i].pixels[at + blue] = 0;
    }
  }
  return images;
}

// Verdicts about the pictures, by the cascade of this kind.
template <class AnyCascade>
std::vector<Verdict> decided_by(const Backend& backend, const CascadeOptions& options) {
  static const std::vector<Image> images = marked_digits();
  const std::shared_ptr<const Backend> shared(&backend, [](const Backend*) {});
  const auto model = std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yang.onnx";
  std::vector<Verdict> verdicts;
  AnyCascade cascade({std::make_shared<Classifier>(model, spoiled_by(blue), shared),
                      std::make_shared<Classifier>(model, spoiled_by(green), shared)},
                     options, [&](Verdict&& verdict) { verdicts.push_back(verdict); });
  for (std::size_t i = 0; i < images.size(); ++i) cascade.push(i, images[i]);
  cascade.flush();
  EXPECT_EQ(verdicts.size(), images.size());
  return verdicts;
}

// Yin lost itself in some pictures, and so they are Yang's, who may have lost itself, too.
void expect_losses_told(const std::vector<Verdict>& verdicts) {
  int lost_by_yin = 0, saved = 0, lost = 0;
  for (const Verdict& verdict : verdicts) {
    SCOPED_TRACE(testing::Message() << "ticket " << verdict.ticket);
    const bool yin_is_lost = verdict.yin_label < 0, is_lost = verdict.label < 0;
    EXPECT_EQ(std::isnan(verdict.yin_confidence), yin_is_lost);
    EXPECT_EQ(std::isnan(verdict.confidence), is_lost);
    EXPECT_EQ(verdict.error, is_lost ? "network 'digits-yang' gave scores that are not numbers" : "");
    if (yin_is_lost) {
      EXPECT_EQ(verdict.stage, 1);
      EXPECT_EQ(verdict.ticket % of_yin, 0U);
    }
    if (is_lost) {
      EXPECT_EQ(verdict.stage, 1);
      EXPECT_EQ(verdict.ticket % of_yang, 0U);
    }
    lost_by_yin += yin_is_lost;
    saved += yin_is_lost && !is_lost;
    lost += is_lost;
  }
  EXPECT_GE(lost_by_yin, 8);
  EXPECT_GE(saved, 4);
  EXPECT_GE(lost, 2);
}

void expect_same_float(float found, float expected) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(found)) << found;
  } else {
    EXPECT_NEAR(found, expected, 1e-5);
  }
}

void expect_same_answers(const std::vector<Verdict>& found, const std::vector<Verdict>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "verdict " << i << ", ticket " << expected[i].ticket);
    ASSERT_EQ(found[i].ticket, expected[i].ticket);
    EXPECT_EQ(found[i].stage, expected[i].stage);
    EXPECT_EQ(found[i].label, expected[i].label);
    EXPECT_EQ(found[i].yin_label, expected[i].yin_label);
    EXPECT_EQ(found[i].error, expected[i].error);
    expect_same_float(found[i].confidence, expected[i].confidence);
    expect_same_float(found[i].yin_confidence, expected[i].yin_confidence);
  }
}

void expect_told_alike(const CascadeOptions& options) {
  const Backend& backend = *devices_under_test()[0].backend;
  const std::vector<Verdict> by_host = decided_by<Cascade>(backend, options);
  expect_losses_told(by_host);
  expect_same_answers(decided_by<DeviceCascade>(backend, options), by_host);
}

TEST(NotNumbers, AreDeferredAndToldAlikeByHostAndDevice) {
  // A simulated device takes its time.
  const bool on_cpu = devices_under_test()[0].backend->host_memory();
  for (float threshold : {0.F, 0.9F, 1.F}) {
    for (const auto& [yin, yang] : {std::pair{1, 1}, {8, 8}, {5, 3}}) {
      if (!on_cpu && (threshold != 0.9F || yin != 5)) continue;
      SCOPED_TRACE(testing::Message() << threshold << ", batches " << yin << " and " << yang);
      CascadeOptions options{{threshold}, 8, 1, true};
      options.batches = {yin, yang};
      expect_told_alike(options);
    }
  }
}

TEST(NotNumbers, ByEveryGate) {
  for (Gate gate : {Gate::margin, Gate::entropy}) {
    CascadeOptions options{{0.9F}, 8, 1, true};
    options.gate = gate;
    expect_told_alike(options);
  }
}

}  // namespace
}  // namespace yy::test
