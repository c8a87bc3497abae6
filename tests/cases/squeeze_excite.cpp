#include "ops/squeeze_excite.h"

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double rounded = 1e-5;  // sums of some hundred float32 products, and the gates' exp
constexpr Activation relu{.kind = Activation::Kind::relu}, sigmoid{.kind = Activation::Kind::sigmoid},
    silu{.kind = Activation::Kind::swish, .alpha = 1},
    hard{.kind = Activation::Kind::hard_sigmoid, .alpha = 0.2F, .beta = 0.5F};

Case gated(std::string name, Index x, std::int64_t squeezed, std::optional<Activation> inner,
           std::optional<Activation> gate) {
  const std::int64_t channels = x[1];
  return own(std::move(name), std::make_shared<SqueezeExcite>(inner, gate),
             {data_in(std::move(x), -1, 3), weight({squeezed, channels, 1, 1}), weight({squeezed}),
              weight({channels, squeezed, 1, 1}), weight({channels})},
             rounded);
}

}  // namespace

std::vector<Case> cases_squeeze_excite() {
  Case no_bias = gated("no_bias", {2, 8, 5, 3}, 4, relu, sigmoid);
  no_bias.inputs[2] = no_bias.inputs[4] = absent();
  Case short_list = gated("no_last_input", {2, 8, 5, 3}, 4, relu, sigmoid);
  short_list.inputs.pop_back();
  return {
      gated("efficientnet", {2, 32, 14, 15}, 8, silu, sigmoid),
      gated("mobilenet_v3", {1, 72, 9, 7}, 24, relu, hard),
      gated("odd", {3, 37, 5, 3}, 7, relu, sigmoid),
      gated("one_pixel", {2, 13, 1, 1}, 3, relu, sigmoid),
      gated("one_of_all", {1, 1, 4, 4}, 1, relu, sigmoid),
      gated("linear", {2, 6, 4, 4}, 5, {}, {}),
      gated("wide", {1, 240, 28, 28}, 60, silu, sigmoid),
      gated("many_channels", {2, 2052, 2, 3}, 5, relu, sigmoid),
      gated("no_rows", {0, 6, 4, 4}, 5, relu, sigmoid),
      no_bias,
      short_list,
  };
}

}  // namespace yy::test
