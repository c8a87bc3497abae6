// How often a calibrated threshold breaks its promise, and what it costs: the 5,000 CIFAR-10 pictures of
// shared/ are the population, so that a threshold's true loss is known; samples are drawn from them with
// replacement. Prints the table of docs/calibration.md; ends with 1 where the bound is broken more often than
// its confidence and three standard errors allow, or defers more than it should.
//
// usage: calibration_validity ANSWERS_FOLDER [DRAWS]
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <random>

#include "tests/yy/answers.h"
#include "yy/calibration.h"

namespace yy::test {
namespace {

constexpr double confidence = 0.95;

StageAnswers stage_of(const std::vector<Answer>& answers) {
  StageAnswers stage;
  for (const Answer& answer : answers) {
    stage.labels.push_back(answer.predicted);
    stage.confidences.push_back(answer.confidence);
  }
  return stage;
}

CalibrationData population_of(const std::filesystem::path& folder, const char* yin, const char* yang) {
  CalibrationData all;
  for (const char* name : {yin, yang}) {
    const std::vector<Answer> answers = read_answers(folder / fmt::format("{}.csv", name));
    all.stages.push_back(stage_of(answers));
    all.truth.clear();
    for (const Answer& answer : answers) all.truth.push_back(answer.label);
  }
  return all;
}

CalibrationData draw(const CalibrationData& all, std::size_t images, std::mt19937_64& random) {
  CalibrationData sample;
  sample.stages.resize(all.stages.size());
  for (std::size_t i = 0; i < images; ++i) {
    const std::size_t picture = random() % all.images();
    sample.truth.push_back(all.truth[picture]);
    for (std::size_t s = 0; s < all.stages.size(); ++s) {
      sample.stages[s].labels.push_back(all.stages[s].labels[picture]);
      sample.stages[s].confidences.push_back(all.stages[s].confidences[picture]);
    }
  }
  return sample;
}

// The walk of method `bound` with the normal approximation in the bound's place.
float normal_threshold(const Calibration& calibration, double target) {
  float threshold = 1;
  for (const ThresholdEffect& effect : calibration.curve) {
    if (effect.seen.back() < effect.counts.images && normal_loss_bound(effect.counts, confidence) > target)
      break;
    threshold = effect.threshold;
  }
  return threshold;
}

struct Score {
  int broken = 0;
  double deferred = 0;

  void add(const ThresholdEffect& truth, double target) {
    broken += truth.loss() > target ? 1 : 0;
    deferred += truth.deferred();
  }
};

// One row of the table; whether it is as it should be.
bool study(const CalibrationData& all, const std::string& name, double target, std::size_t images, int draws,
           double most_over_empirical) {
  Score bound, empirical, normal;
  CalibrationOptions options;
  options.target.value = target;
  options.confidence = confidence;
  options.classes = 10;
  for (int d = 0; d < draws; ++d) {
    std::mt19937_64 random(static_cast<std::uint64_t>(d));
    const CalibrationData sample = draw(all, images, random);
    options.method = CalibrationMethod::bound;
    const Calibration found = calibrate(sample, options);
    bound.add(effect_of(all, found.chosen.threshold), target);
    normal.add(effect_of(all, normal_threshold(found, target)), target);
    options.method = CalibrationMethod::empirical;
    empirical.add(effect_of(all, calibrate(sample, options).chosen.threshold), target);
  }
  const auto percent = [&](const auto& value) { return 100.0 * static_cast<double>(value) / draws; };
  fmt::print(
      "| {} | {:.1f} pp | {:5} | {:5.1f} % | {:5.1f} % | {:5.1f} % | {:5.1f} % | {:5.1f} % | {:5.1f} % |\n",
      name, 100 * target, images, percent(bound.broken), percent(bound.deferred), percent(normal.broken),
      percent(normal.deferred), percent(empirical.broken), percent(empirical.deferred));
  std::fflush(stdout);
  const double allowed = 1 - confidence + 3 * std::sqrt(confidence * (1 - confidence) / draws);
  return bound.broken <= allowed * draws && bound.deferred <= most_over_empirical * empirical.deferred &&
         (images < 2500 || bound.deferred <= 1.15 * normal.deferred);
}

int run(const std::filesystem::path& folder, int draws) {
  fmt::print("{} draws; broken: the true loss exceeds the target; deferred: mean over the draws\n\n", draws);
  fmt::print(
      "| pair | target | n | bound: broken | deferred | normal: broken | deferred | empirical: broken | "
      "deferred |\n");
  fmt::print("|---|---|---|---|---|---|---|---|---|\n");
  bool good = true;
  for (const char* yin : {"cifar-resnet20", "cifar-resnet8"}) {
    const CalibrationData all = population_of(folder, yin, "cifar-resnet56");
    for (double target : {0.005, 0.01}) {
      for (std::size_t images : {500, 1000, 2500}) {
        const bool has_limit = yin == std::string("cifar-resnet8") && images == 2500;
        good = study(all, yin, target, images, draws, has_limit ? 1.5 : 1e9) && good;
      }
    }
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace yy::test

int main(int argc, char** argv) {
  if (argc < 2 || !std::filesystem::exists(argv[1])) {
    std::puts("skipped: no folder with the networks' answers");
    return 77;
  }
  return yy::test::run(argv[1], argc > 2 ? std::atoi(argv[2]) : 1000);
}
