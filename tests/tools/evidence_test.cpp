// Distributions that a cascade answers with, against a plain loop over both networks' scores.
#include "tools/yy_run/evidence.h"

#include <cmath>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "tests/tools/cli.h"

namespace yy::test {
namespace {

class Evidence : public testing::Test {
 protected:
  std::vector<NetworkRun> runs() const {
    RunOptions options;
    options.threads = 1;
    options.quiet = true;
    options.model = yin;
    std::vector<NetworkRun> made;
    for (const auto& stage : stages_) made.push_back(run_network(stage, images_, options, true));
    return made;
  }

  static std::vector<double> softmax(std::span<const float> scores) {
    double sum = 0;
    std::vector<double> p;
    for (float score : scores) sum += std::exp(static_cast<double>(score));
    for (float score : scores) p.push_back(std::exp(static_cast<double>(score)) / sum);
    return p;
  }

  const ImageList images_ = find_images({digits}, -1);
  const std::shared_ptr<const Backend> backend_ = make_cpu_backend();
  const Stages stages_{std::make_shared<Classifier>(yin, CardOverrides{}, backend_),
                       std::make_shared<Classifier>(yang, CardOverrides{}, backend_)};
};

TEST_F(Evidence, AloneEachNetworkHasItsOwnDistribution) {
  const std::vector<NetworkRun> given = runs();
  std::vector<NetworkRun> made = runs();
  combine(made, stages_, Combine::replace);
  EXPECT_TRUE(made[1].answers.cascade_labels.empty());
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const std::vector<double> first = softmax(given[0].scores.as<float>().subspan(10 * i, 10));
    for (std::size_t c = 0; c < 10; ++c) {
      EXPECT_NEAR(made[0].scores.as<float>()[10 * i + c], first[c], 1e-6);
      EXPECT_EQ(made[1].scores.as<float>()[10 * i + c], given[1].scores.as<float>()[10 * i + c]);
    }
  }
}

TEST_F(Evidence, CombinedTheLastOneHasTheMean) {
  const std::vector<NetworkRun> given = runs();
  std::vector<NetworkRun> made = runs();
  combine(made, stages_, Combine::mean);
  EXPECT_EQ(made[0].answers.cascade_labels, given[0].answers.labels);
  for (std::size_t i = 0; i < images_.size(); ++i) {
    std::vector<double> mean = softmax(given[0].scores.as<float>().subspan(10 * i, 10));
    for (std::size_t c = 0; c < 10; ++c) {
      mean[c] = (mean[c] + given[1].scores.as<float>()[10 * i + c]) / 2;  // digits-yang ends in a Softmax
      EXPECT_NEAR(made[1].scores.as<float>()[10 * i + c], mean[c], 1e-6);
    }
    EXPECT_EQ(made[1].answers.cascade_labels[i], std::ranges::max_element(mean) - mean.begin());
  }
}

}  // namespace
}  // namespace yy::test
