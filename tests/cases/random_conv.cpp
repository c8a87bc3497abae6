// Random legal convolutions: one and two axes, windows of 1 to 11, every kind of padding, groups that are no
// power of two, depthwise with multipliers, and every epilogue that a pass makes.
#include <algorithm>
#include <cmath>

#include "ops/conv.h"
#include "tests/cases/case.h"

namespace yy::test {
namespace {

struct Channels {
  std::int64_t group, in, out;  // in and out of one group
};

Channels random_channels(Dice& dice) {
  switch (dice.pick(0, 9)) {
    case 0:
    case 1:
    case 2:  // depthwise
      return {dice.one_of({1, 3, 7, 8, 13, 16, 24, 37, 64}), 1, 1};
    case 3:  // depthwise with a multiplier
      return {dice.one_of({3, 7, 8, 13, 16}), 1, dice.pick(2, 3)};
    case 4:
    case 5:  // in groups; RegNet has 10, 13, 25 and 55
      return {dice.one_of({2, 3, 4, 5, 6, 10, 13, 25, 26, 32, 55}), dice.one_of({1, 2, 3, 4, 8}),
              dice.one_of({1, 2, 3, 4, 8})};
    default:
      return {1, dice.one_of({1, 2, 3, 4, 7, 8, 13, 16, 20, 23, 37, 64}),
              dice.one_of({1, 2, 3, 5, 8, 13, 16, 19, 23, 37, 48})};
  }
}

// The attributes of a window, and the picture's axes that it fits into.
struct Windowed {
  Index kernel, picture;
  AttributeList attributes;
};

Windowed random_window(Dice& dice, std::size_t axes) {
  Windowed w;
  Ints strides, dilations, pads(2 * axes, 0);
  const std::int64_t form = dice.pick(0, 4);  // 0 none, 1 SAME, 2 VALID, else pads
  for (std::size_t i = 0; i < axes; ++i) {
    w.kernel.push_back(dice.one_of({1, 1, 1, 2, 3, 3, 3, 4, 5, 7, 11}));
    strides.push_back(dice.one_of({1, 1, 2, 2, 3, 4}));
    dilations.push_back(w.kernel[i] > 5 ? 1 : dice.one_of({1, 1, 1, 2, 3}));
    const std::int64_t extent = (w.kernel[i] - 1) * dilations[i] + 1;
    if (form >= 3) pads[i] = dice.pick(0, extent);
    if (form >= 3) pads[axes + i] = dice.pick(0, extent);
    const std::int64_t least = form == 1 ? 1 : std::max<std::int64_t>(1, extent - pads[i] - pads[axes + i]);
    w.picture.push_back(least + dice.pick(0, 9));
  }
  if (form == 1) w.attributes.push_back({"auto_pad", dice.chance(50) ? "SAME_UPPER" : "SAME_LOWER"});
  if (form == 2) w.attributes.push_back({"auto_pad", "VALID"});
  if (form >= 3) w.attributes.push_back({"pads", pads});
  w.attributes.push_back({"dilations", dilations});
  if (dice.chance(60)) w.attributes.push_back({"strides", strides});
  if (dice.chance(40)) w.attributes.push_back({"kernel_shape", Ints(w.kernel)});
  return w;
}

std::int64_t terms_of(const CaseInput& weights) {
  std::int64_t terms = 1;
  for (std::size_t i = 1; i < weights.dims.size(); ++i) terms *= weights.dims[i];
  return terms;
}

// Sums of about 1: larger ones would be clipped away or saturate, and with them what errors are measured
// against.
void normalise(CaseInput& weights) {
  weights.high = 3 / std::sqrt(static_cast<double>(terms_of(weights)));
  weights.low = -weights.high;
}

}  // namespace

Case random_conv(Dice& dice, std::string name) {
  const auto [group, in, out] = random_channels(dice);
  Windowed window = random_window(dice, dice.chance(20) ? 1 : 2);
  Index x{dice.pick(1, 3), in * group}, w{out * group, in};
  x.insert(x.end(), window.picture.begin(), window.picture.end());
  w.insert(w.end(), window.kernel.begin(), window.kernel.end());
  window.attributes.push_back({"group", group});
  std::vector<CaseInput> inputs{data(x), weight(w)};
  if (dice.chance(60)) inputs.push_back(weight({w[0]}));
  constexpr double summed = 1e-5;  // as in conv.cpp
  Case c = node(std::move(name), "Conv", 11, std::move(window.attributes), std::move(inputs), summed);
  c.size = size_of_sum(terms_of(c.inputs[1]));
  if (dice.chance(40)) return c;
  normalise(c.inputs[1]);
  c.size = 0.5;
  Epilogue epilogue;
  if (dice.chance(70)) epilogue.activation = random_activation(dice);
  epilogue.residual = !epilogue.activation || dice.chance(30);
  if (epilogue.residual) {
    const Shape y = prepare(c, {}).outputs[0].shape;
    if (c.inputs.size() < 3) c.inputs.push_back(absent());
    c.inputs.push_back(data(Index(y.begin(), y.end())));
  }
  c.op = static_cast<const Conv&>(*c.op).with(epilogue);
  return c;
}

}  // namespace yy::test
