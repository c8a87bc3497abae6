// The digits pair as a cascade on the CUDA device: the answers of the two networks, composed as the threshold
// says.
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>

#include "tests/cuda/cuda_backend.h"
#include "tests/yy/answers.h"
#include "yy/cascade.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t pictures = 60;  // of 200, so that a simulated device takes seconds
constexpr float threshold = 0.8F;

std::shared_ptr<const Classifier> classifier(const std::string& name) {
  const std::shared_ptr<const Backend> backend(&cuda_backend(), [](const Backend*) {});
  return std::make_shared<Classifier>(fs::path(YY_TEST_MODELS_DIR) / (name + ".onnx"), CardOverrides{},
                                      backend);
}

std::vector<Verdict> answers_of(CascadeOptions options, const std::vector<Answer>& list) {
  std::vector<Verdict> verdicts(pictures);
  Cascade cascade({classifier("digits-yin"), classifier("digits-yang")}, std::move(options),
                  [&](Verdict&& verdict) { verdicts.at(verdict.ticket) = verdict; });
  for (std::size_t i = 0; i < pictures; ++i) {
    cascade.push(i, read_picture(fs::path(YY_TEST_DATA_DIR) / "digits" / list[i].image));
  }
  cascade.flush();
  return verdicts;
}

TEST(DigitsOnCuda, EqualTheComposedAnswers) {
  const auto yin = read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yin.csv");
  const auto yang = read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yang.csv");
  for (std::int64_t batch : {1, 7}) {
    SCOPED_TRACE(testing::Message() << "batch " << batch);
    const auto verdicts = answers_of({{threshold}, batch, 1, true, 3}, yin);
    for (std::size_t i = 0; i < pictures; ++i) {
      if (std::abs(yin[i].confidence - threshold) < 1e-5F) continue;
      const bool deferred = !(yin[i].confidence > threshold);
      const Answer& answer = deferred ? yang[i] : yin[i];
      EXPECT_EQ(verdicts[i].error, "") << answer.image;
      EXPECT_EQ(verdicts[i].stage, deferred ? 1 : 0) << answer.image;
      EXPECT_EQ(verdicts[i].label, answer.predicted) << answer.image;
      EXPECT_NEAR(verdicts[i].confidence, answer.confidence, 1e-5) << answer.image;
      ASSERT_EQ(verdicts[i].top.size(), 3U);
      EXPECT_EQ(verdicts[i].top[0].label, answer.predicted);
      EXPECT_NEAR(verdicts[i].top[0].probability, answer.confidence, 1e-5);
    }
  }
}

TEST(DigitsOnCuda, NarrowTypesAnswerAlmostAlike) {
  const auto yang = read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yang.csv");
  for (Precision precision : {Precision::f16, Precision::bf16}) {
    if (cuda_backend().support(precision) == Support::none) continue;
    CascadeOptions options{{1.F}, 8, 1, true, 1};
    options.precision = precision;
    std::size_t same = 0;
    const auto verdicts = answers_of(options, yang);
    for (std::size_t i = 0; i < pictures; ++i) same += verdicts[i].label == yang[i].predicted ? 1 : 0;
    EXPECT_GE(same, pictures - 1) << name_of(precision);
  }
}

}  // namespace
}  // namespace yy::test
