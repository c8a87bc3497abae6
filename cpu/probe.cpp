// Probe: label and largest softmax probability of each row.
#include "ops/probe.h"

#include <cmath>
#include <limits>

#include "cpu/private/context.h"

namespace yy::cpu {
namespace {

struct Answer {
  std::int32_t label;
  float confidence;
};

Answer probe_row(const float* scores, std::int64_t classes, bool probabilities) {
  constexpr Answer not_a_number{-1, std::numeric_limits<float>::quiet_NaN()};
  std::int64_t label = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    if (std::isnan(scores[c])) return not_a_number;
    if (scores[c] > scores[label]) label = c;
  }
  const float largest = scores[label];
  if (probabilities) return {static_cast<std::int32_t>(label), largest};
  if (std::isinf(largest)) return not_a_number;  // inf - inf has no softmax
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(scores[c] - largest);
  return {static_cast<std::int32_t>(label), static_cast<float>(1.0 / sum)};
}

}  // namespace

KernelOrRefusal make_probe(const KernelRequest& request, const Context&) {
  const bool probabilities = static_cast<const Probe&>(request.op).scores_are_probabilities();
  const Shape& shape = request.inputs[0].desc.shape;
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.bind = [probabilities, rows = shape[0], classes = shape[1]](const Binding& binding) -> Launch {
    return [=](Stream&) {
      for (std::int64_t i = 0; i < rows; ++i) {
        const Answer answer =
            probe_row(binding.inputs[0].as<const float>() + i * classes, classes, probabilities);
        binding.outputs[0].as<std::int32_t>()[i] = answer.label;
        binding.outputs[1].as<float>()[i] = answer.confidence;
      }
    };
  };
  return kernel;
}

}  // namespace yy::cpu
