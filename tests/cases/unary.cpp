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
  constexpr Kind kinds[] = {Kind::relu, Kind::leaky_relu, Kind::clip,       Kind::sigmoid, Kind::hard_sigmoid,
                            Kind::tanh, Kind::swish,      Kind::hard_swish, Kind::gelu,    Kind::gelu_tanh};
  Activation activation{kinds[dice.pick(0, std::ssize(kinds) - 1)]};
  if (activation.kind == Kind::clip) {
    activation.low = static_cast<float>(dice.uniform(-1, 0));
    activation.high = static_cast<float>(dice.uniform(0.25, 2));
  }
  if (activation.kind == Kind::leaky_relu) activation.alpha = static_cast<float>(dice.uniform(0, 0.5));
  if (activation.kind == Kind::swish) activation.alpha = dice.chance(70) ? 1 : 1.702F;
  if (activation.kind == Kind::hard_sigmoid) {
    activation.alpha = static_cast<float>(dice.uniform(0.1, 0.3));
    activation.beta = static_cast<float>(dice.uniform(0.3, 0.7));
  }
  return activation;
}

std::vector<Case> cases_unary() {
  const CaseInput edge = given({std::ssize(extremes)}, extremes);
  // A double does not hold these.
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CaseInput huge = data({4}, DType::i64);
  huge.whole = {-most, 0, most - 3, most - 1};
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
      node("picture", "Erf", 13, {}, {picture}, rounded),
      node("wide", "Erf", 9, {}, {wide}, rounded),
      node("extremes", "Erf", 13, {}, {edge}, rounded),
      node("scalar", "Erf", 13, {}, {given({}, {0.3})}, rounded),
      node("picture", "Gelu", 20, {}, {picture}, rounded),
      node("named", "Gelu", 20, {{"approximate", "none"}}, {wide}, rounded),
      node("tanh", "Gelu", 20, {{"approximate", "tanh"}}, {picture}, rounded),
      node("picture", "HardSigmoid", 6, {}, {picture}, rounded),
      node("slope", "HardSigmoid", 22, {{"alpha", 1 / 6.F}, {"beta", 0.25F}}, {wide}, rounded),
      node("extremes", "HardSigmoid", 13, {}, {edge}, rounded),
      node("picture", "HardSwish", 14, {}, {picture}, rounded),
      node("wide", "HardSwish", 22, {}, {wide}, rounded),
      node("knees", "HardSwish", 14, {}, {given({5}, {-3.001, -3, 0, 3, 3.001})}, rounded),
      node("picture", "LeakyRelu", 6, {}, {picture}, rounded),
      node("steep", "LeakyRelu", 16, {{"alpha", 1.5F}}, {wide}, rounded),
      node("falling", "LeakyRelu", 16, {{"alpha", -0.5F}}, {picture}, rounded),
      node("extremes", "LeakyRelu", 16, {}, {given({4}, {-3e38, -1e-30, 0, 3e38})}, rounded),
      node("picture", "Sqrt", 13, {}, {data_in({2, 7, 5, 3}, 0, 9)}, rounded),
      node("edge", "Sqrt", 6, {}, {given({5}, {0, 1e-30, 1, 3e38, inf})}, rounded),
      node("negative", "Sqrt", 13, {}, {given({2}, {-1, 4})}, rounded),
      node("picture", "Swish", 24, {}, {picture}, rounded),
      node("steep", "Swish", 24, {{"alpha", 2.5F}}, {wide}, rounded),
      node("far", "Swish", 24, {}, {given({4}, {-80, -20, 20, 100})}, rounded),
      node("int32", "Relu", 14, {}, {data({3, 37}, DType::i32)}),
      node("int8", "Relu", 14, {}, {data({2, 7, 5, 3}, DType::i8)}),
      node("int64", "Relu", 14, {}, {data({9}, DType::i64)}),
      node("int8", "Clip", 12, {},
           {data({2, 7, 5, 3}, DType::i8), scalar(-5, DType::i8), scalar(90, DType::i8)}),
      node("uint8", "Clip", 13, {}, {data({4, 37}, DType::u8), scalar(200, DType::u8)}),
      node("int32", "Clip", 12, {}, {data({70, 99}, DType::i32), absent(), scalar(3, DType::i32)}),
      node("int64_exact", "Clip", 12, {}, {huge, ints({1}), ints({most - 2})}),
      node("int64_unbounded", "Clip", 12, {}, {huge}),
      node("int32_min_above_max", "Clip", 13, {},
           {data({9}, DType::i32), scalar(3, DType::i32), scalar(-1, DType::i32)}),
  };
}

}  // namespace yy::test
