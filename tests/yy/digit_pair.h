// The digits pair on some device, and what its two kinds of cascade say of the digits.
#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/yy/answers.h"
#include "yy/cascade.h"
#include "yy/device_cascade.h"

namespace yy::test {

class DigitPair {
 public:
  using Stages = std::vector<std::shared_ptr<const Classifier>>;

  explicit DigitPair(std::shared_ptr<const Backend> backend, const CardOverrides& yang_card = {}) {
    const std::filesystem::path models = YY_TEST_MODELS_DIR;
    stages_ = {std::make_shared<Classifier>(models / "digits-yin.onnx", CardOverrides{}, backend),
               std::make_shared<Classifier>(models / "digits-yang.onnx", yang_card, backend)};
  }

  // Any two that read digits.
  explicit DigitPair(Stages stages) : stages_(std::move(stages)) {}

  const Stages& stages() const { return stages_; }

  std::vector<Verdict> decided_by_host(const CascadeOptions& options,
                                       const std::vector<Image>& images) const {
    std::vector<Verdict> verdicts;
    Cascade cascade(stages_, options, [&](Verdict&& verdict) { verdicts.push_back(verdict); });
    for (std::size_t i = 0; i < images.size(); ++i) cascade.push(i, images[i]);
    cascade.flush();
    return verdicts;
  }

  std::vector<Verdict> decided_by_device(const CascadeOptions& options,
                                         const std::vector<Image>& images) const {
    std::vector<Verdict> verdicts;
    DeviceCascade cascade(stages_, options, [&](Verdict&& verdict) { verdicts.push_back(verdict); });
    for (std::size_t i = 0; i < images.size(); ++i) cascade.push(i, images[i]);
    cascade.flush();
    EXPECT_LE(cascade.longest_queue(),
              cascade.queue_capacity());  // the device's own count is held against it
    std::size_t deferred = 0;
    for (const Verdict& verdict : verdicts) deferred += verdict.stage > 0 ? 1 : 0;
    EXPECT_EQ(cascade.deferred(), deferred);
    return verdicts;
  }

 private:
  Stages stages_;
};

inline std::vector<Image> read_digits(std::size_t most) {
  const std::filesystem::path data = YY_TEST_DATA_DIR;
  std::vector<Image> images;
  for (const Answer& answer : read_answers(data / "digits-yin.csv")) {
    if (images.size() < most) images.push_back(read_picture(data / "digits" / answer.image));
  }
  return images;
}

// The same pictures in the same order, with the same answers.
inline void expect_same(const std::vector<Verdict>& found, const std::vector<Verdict>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "verdict " << i << ", ticket " << expected[i].ticket);
    ASSERT_EQ(found[i].ticket, expected[i].ticket);
    ASSERT_EQ(found[i].stage, expected[i].stage);
    ASSERT_EQ(found[i].label, expected[i].label);
    ASSERT_EQ(found[i].yin_label, expected[i].yin_label);
    ASSERT_EQ(found[i].error, expected[i].error);
    ASSERT_NEAR(found[i].confidence, expected[i].confidence, 1e-5);
    ASSERT_NEAR(found[i].yin_confidence, expected[i].yin_confidence, 1e-5);
  }
}

}  // namespace yy::test
