#include "ops/probe.h"

#include "tests/reference/reference.h"

namespace yy::test {

std::vector<Array> reference_probe(const Case& c, Inputs inputs) {
  const Array& scores = *inputs[0];
  const std::int64_t rows = scores.dims[0], classes = scores.dims[1];
  const auto& probe = dynamic_cast<const Probe&>(*c.op);
  const bool probabilities = probe.scores_are_probabilities();
  Array label(DType::i32, {rows}), confidence(DType::f32, {rows});
  for (std::int64_t row = 0; row < rows; ++row) {
    const double* score = scores.real.data() + row * classes;
    std::int64_t best = 0;
    bool has_nan = false;
    for (std::int64_t k = 0; k < classes; ++k) {
      has_nan = has_nan || std::isnan(score[k]);
      if (score[k] > score[best]) best = k;
    }
    double sum = 0;
    for (std::int64_t k = 0; k < classes; ++k) sum += std::exp(score[k] - score[best]);
    double second = 0, entropy = 0;
    for (std::int64_t k = 0; k < classes; ++k) {
      const double p = probabilities ? score[k] : std::exp(score[k] - score[best]) / sum;
      if (k != best) second = std::max(second, p);
      if (p > 0) entropy -= p * std::log(p);
    }
    const double largest = probabilities ? score[best] : 1 / sum;
    double value = largest;
    if (probe.gate() == Gate::margin) value = largest - second;
    if (probe.gate() == Gate::entropy)
      value = classes == 1 ? 1 : 1 - entropy / std::log(static_cast<double>(classes));
    const bool hopeless = has_nan || (!probabilities && std::isinf(score[best]));  // inf - inf has no softmax
    label.whole[row] = hopeless ? -1 : best;
    confidence.real[row] = hopeless ? std::nan("") : value;
  }
  return {label, confidence};
}

}  // namespace yy::test
