// Probe: label and gate value of each row.
#include "ops/probe.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/private/context.h"

namespace yy::cpu {
namespace {

struct Answer {
  std::int32_t label;
  float confidence;
};

// Of a row's distribution.
struct Sums {
  double probability = 0;  // of exp(score - largest), or of the probabilities
  double weighted = 0;     // of the same times its logarithm
};

Sums sum_up(const float* scores, std::int64_t classes, float largest, bool probabilities) {
  Sums sums;
  for (std::int64_t c = 0; c < classes; ++c) {
    const double log = probabilities ? std::log(scores[c]) : scores[c] - largest;
    const double p = probabilities ? scores[c] : std::exp(scores[c] - largest);
    sums.probability += p;
    if (p > 0) sums.weighted += p * log;
  }
  return sums;
}

float second_largest(const float* scores, std::int64_t classes, std::int64_t label) {
  float second = -std::numeric_limits<float>::infinity();
  for (std::int64_t c = 0; c < classes; ++c) {
    if (c != label) second = std::max(second, scores[c]);
  }
  return second;
}

double gate_value(const float* scores, std::int64_t classes, std::int64_t label, const Probe& probe) {
  const float largest = scores[label];
  const bool probabilities = probe.scores_are_probabilities();
  if (probe.gate() == Gate::max_probability && probabilities) return largest;
  const Sums sums = sum_up(scores, classes, largest, probabilities);
  switch (probe.gate()) {
    case Gate::max_probability:
      return 1 / sums.probability;
    case Gate::margin: {
      if (classes == 1) return probabilities ? largest : 1;
      const float second = second_largest(scores, classes, label);
      return probabilities ? static_cast<double>(largest) - second
                           : -std::expm1(second - largest) / sums.probability;
    }
    case Gate::entropy:
      break;
  }
  if (classes == 1) return 1;
  const double entropy =
      probabilities ? -sums.weighted : std::log(sums.probability) - sums.weighted / sums.probability;
  return 1 - entropy / std::log(static_cast<double>(classes));
}

Answer probe_row(const float* scores, std::int64_t classes, const Probe& probe) {
  constexpr Answer not_a_number{-1, std::numeric_limits<float>::quiet_NaN()};
  std::int64_t label = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    if (std::isnan(scores[c])) return not_a_number;
    if (scores[c] > scores[label]) label = c;
  }
  // inf - inf has no softmax.
  if (!probe.scores_are_probabilities() && std::isinf(scores[label])) return not_a_number;
  return {static_cast<std::int32_t>(label), static_cast<float>(gate_value(scores, classes, label, probe))};
}

}  // namespace

KernelOrRefusal make_probe(const KernelRequest& request, const Context&) {
  const auto probe = static_cast<const Probe&>(request.op);
  const Shape& shape = request.inputs[0].desc.shape;
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.bind = [probe, rows = shape[0], classes = shape[1]](const Binding& binding) -> Launch {
    return [=](Stream&) {
      for (std::int64_t i = 0; i < rows; ++i) {
        const Answer answer = probe_row(binding.inputs[0].as<const float>() + i * classes, classes, probe);
        binding.outputs[0].as<std::int32_t>()[i] = answer.label;
        binding.outputs[1].as<float>()[i] = answer.confidence;
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
