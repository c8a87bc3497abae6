#include "ops/probe.h"

#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double exact = 0;
constexpr double rounded = 2e-6;  // exp in float32

Case scores(std::string name, CaseInput input) {
  return own(std::move(name), std::make_shared<Probe>(false), {std::move(input)}, rounded);
}

Case probabilities(std::string name, CaseInput input) {
  return own(std::move(name), std::make_shared<Probe>(true), {std::move(input)}, exact);
}

// The same scores with the other two gates.
void add_gates(std::vector<Case>& cases) {
  const std::size_t plain = cases.size();
  for (Gate gate : {Gate::margin, Gate::entropy}) {
    for (std::size_t i = 0; i < plain; ++i) {
      const bool are_probabilities = dynamic_cast<const Probe&>(*cases[i].op).scores_are_probabilities();
      cases.push_back(own(cases[i].name + "_" + std::string(name_of(gate)),
                          std::make_shared<Probe>(are_probabilities, gate), cases[i].inputs, 1e-5));
    }
  }
}

}  // namespace

std::vector<Case> cases_probe() {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  std::vector<Case> cases{
      scores("10_classes", data_in({3, 10}, -5, 5)),
      scores("1000_classes", data_in({3, 1000}, -10, 15)),
      scores("one_row", data_in({1, 37}, -3, 3)),
      scores("one_class", data_in({3, 1}, -3, 3)),
      scores("rank_4", data_in({3, 13, 1, 1}, -3, 3)),
      scores("no_rows", data({0, 10})),
      scores("tie_takes_first", given({3, 4}, {1, 2, 2, 0, 5, 5, 5, 5, -1, -1, -2, -1})),
      scores("all_equal", given({1, 4}, {0, 0, 0, 0})),
      scores("huge", given({3, 3}, {1e30, 0, -1e30, 3.4e38, 3.4e38, -3.4e38, -1e30, -2e30, -1e30})),
      scores("minus_infinity", given({2, 3}, {-inf, 1, 0, 2, -inf, -inf})),
      scores("nan_rows", given({4, 3}, {nan, 1, 2, 3, 2, 1, 1, nan, 0, 0, 1, nan})),
      scores("hopeless", given({3, 2}, {-inf, -inf, inf, 0, inf, inf})),
      scores("nan_and_infinity", given({2, 3}, {inf, nan, 0, -inf, nan, -inf})),
      scores("certain", given({1, 2}, {200, -200})),
      probabilities("distribution", data_in({3, 10}, 0, 1)),
      probabilities("distribution_tie", given({2, 3}, {0.25, 0.5, 0.5, 0.2, 0.2, 0.2})),
      probabilities("distribution_nan", given({2, 3}, {0.25, nan, 0.5, 0.1, 0.2, 0.7})),
      probabilities("distribution_zero", given({1, 3}, {0, 0, 0})),
      probabilities("distribution_rank_4", data_in({2, 7, 1, 1}, 0, 1)),
  };
  add_gates(cases);
  return cases;
}

}  // namespace yy::test
