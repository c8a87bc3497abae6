#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double exact = 0;
constexpr double rounded = 2e-6;  // exp and tanh as polynomials in float32

constexpr double inf = std::numeric_limits<double>::infinity();

const std::vector<double> extremes = {-inf,  -3e38, -100,  -88.5, -20, -6,   -1e-30, -0.0, 0,
                                      1e-30, 0.5,   5.999, 6,     20,  88.5, 100,    3e38, inf};

}  // namespace

Activation random_activation(Dice& dice) {
  using Kind = Activation::Kind;
  constexpr Kind kinds[] = {Kind::relu, Kind::clip, Kind::sigmoid, Kind::tanh};
  Activation activation{kinds[dice.pick(0, std::ssize(kinds) - 1)]};
  if (activation.kind == Kind::clip) {
    activation.low = static_cast<float>(dice.uniform(-1, 0));
    activation.high = static_cast<float>(dice.uniform(0.25, 2));
  }
  return activation;
}

std::vector<Case> cases_unary() {
  const CaseInput edge = given({std::ssize(extremes)}, extremes);
  const CaseInput picture = data_in({2, 7, 5, 3}, -8, 8), wide = data_in({1, 37, 33, 31}, -8, 8);
  return {
      node("picture", "Relu", 14, {}, {picture}, exact),
      node("wide", "Relu", 6, {}, {wide}, exact),
      node("extremes", "Relu", 13, {}, {edge}, exact),
      node("scalar", "Relu", 13, {}, {given({}, {-2})}, exact),
      node("rank_5", "Relu", 13, {}, {data({2, 3, 2, 1, 3})}, exact),
      node("no_rows", "Relu", 13, {}, {data({0, 4, 2, 2})}, exact),
      node("attributes", "Clip", 6, {{"min", 0.F}, {"max", 6.F}}, {picture}, exact),
      node("attribute_min", "Clip", 6, {{"min", -1.5F}}, {picture}, exact),
      node("attribute_max", "Clip", 10, {{"max", 1.5F}}, {picture}, exact),
      node("no_attributes", "Clip", 6, {}, {picture}, exact),
      node("inputs", "Clip", 11, {}, {picture, scalar(0), scalar(6)}, exact),
      node("input_min", "Clip", 13, {}, {picture, scalar(-2)}, exact),
      node("input_max", "Clip", 13, {}, {picture, absent(), scalar(2)}, exact),
      node("no_inputs", "Clip", 13, {}, {picture}, exact),
      node("absent_inputs", "Clip", 13, {}, {picture, absent(), absent()}, exact),
      node("min_above_max", "Clip", 13, {}, {picture, scalar(3), scalar(-1)}, exact),
      node("bounds_of_rank_1", "Clip", 12, {}, {picture, fixed(given({1}, {-1})), fixed(given({1}, {1}))},
           exact),
      node("extremes", "Clip", 13, {}, {edge, scalar(0), scalar(6)}, exact),
      node("extremes_unbounded", "Clip", 13, {}, {edge}, exact),
      node("wide", "Clip", 13, {}, {wide, scalar(0), scalar(6)}, exact),
      node("picture", "Sigmoid", 13, {}, {picture}, rounded),
      node("wide", "Sigmoid", 6, {}, {wide}, rounded),
      node("extremes", "Sigmoid", 13, {}, {edge}, rounded),
      node("scalar", "Sigmoid", 13, {}, {given({}, {0.3})}, rounded),
      node("picture", "Tanh", 13, {}, {picture}, rounded),
      node("rank_2", "Tanh", 6, {}, {data({3, 37})}, rounded),
      node("extremes", "Tanh", 13, {}, {edge}, rounded),
      node("no_rows", "Tanh", 13, {}, {data({0, 5})}, rounded),
  };
}

}  // namespace yy::test
