#include "ops/conv.h"

#include <algorithm>
#include <iterator>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

// Sums of a few hundred products in float32: about sqrt(terms) * 2^-24 of their size, with room for another
// order.
constexpr double summed = 1e-5;

constexpr bool with_bias = true, no_bias = false;

Case conv(std::string name, Index x, Index w, bool bias, AttributeList attributes = {}) {
  std::vector<CaseInput> inputs{data(std::move(x)), weight(w)};
  if (bias) inputs.push_back(weight({w[0]}));
  return node(std::move(name), "Conv", 11, std::move(attributes), std::move(inputs), summed);
}

// As the passes make it: a residual of the output's shape as input 3, and an activation.
Case fused(Case c, const Index& residual, std::optional<Activation> activation) {
  c.op = static_cast<const Conv&>(*c.op).with(Epilogue{!residual.empty(), activation});
  if (residual.empty()) return c;
  if (c.inputs.size() < 3) c.inputs.push_back(absent());
  c.inputs.push_back(data(residual));
  return c;
}

std::vector<Case> channels() {
  const Ints p1{1, 1, 1, 1};
  return {
      conv("1x1", {1, 16, 7, 7}, {32, 16, 1, 1}, with_bias),
      conv("1x1_no_bias", {3, 16, 7, 7}, {32, 16, 1, 1}, no_bias),
      conv("1x1_3_to_7", {1, 3, 5, 6}, {7, 3, 1, 1}, with_bias),
      conv("1x1_13_to_37", {3, 13, 6, 5}, {37, 13, 1, 1}, with_bias),
      conv("1x1_37_to_13", {1, 37, 5, 5}, {13, 37, 1, 1}, no_bias),
      conv("1x1_to_one", {2, 24, 4, 4}, {1, 24, 1, 1}, with_bias),
      conv("1x1_one_pixel", {3, 48, 1, 1}, {20, 48, 1, 1}, with_bias),
      conv("1x1_stride_2", {1, 16, 7, 9}, {24, 16, 1, 1}, with_bias, {{"strides", Ints{2, 2}}}),
      conv("1x1_long", {1, 300, 3, 3}, {40, 300, 1, 1}, with_bias),
      conv("3x3", {1, 16, 9, 9}, {16, 16, 3, 3}, with_bias, {{"pads", p1}}),
      conv("3x3_no_pads", {3, 16, 9, 8}, {32, 16, 3, 3}, no_bias),
      conv("3x3_3_to_7", {1, 3, 8, 8}, {7, 3, 3, 3}, with_bias, {{"pads", p1}}),
      conv("3x3_7_to_13", {2, 7, 6, 9}, {13, 7, 3, 3}, with_bias, {{"pads", p1}}),
      conv("3x3_13_to_37", {1, 13, 7, 7}, {37, 13, 3, 3}, no_bias, {{"pads", p1}}),
      conv("3x3_37_to_3", {3, 37, 5, 5}, {3, 37, 3, 3}, with_bias, {{"pads", p1}}),
      conv("3x3_one_channel", {2, 1, 8, 8}, {8, 1, 3, 3}, with_bias, {{"pads", p1}}),
      conv("3x3_one_to_one", {1, 1, 5, 5}, {1, 1, 3, 3}, with_bias, {{"pads", p1}}),
      conv("3x3_stem", {1, 3, 17, 17}, {32, 3, 3, 3}, with_bias, {{"pads", p1}, {"strides", Ints{2, 2}}}),
      conv("7x7_stem", {1, 3, 23, 23}, {64, 3, 7, 7}, no_bias,
           {{"pads", Ints{3, 3, 3, 3}}, {"strides", Ints{2, 2}}}),
      conv("5x5", {1, 6, 12, 12}, {16, 6, 5, 5}, with_bias, {{"kernel_shape", Ints{5, 5}}}),
      conv("11x11_stride_4", {1, 3, 35, 35}, {16, 3, 11, 11}, with_bias, {{"strides", Ints{4, 4}}}),
      conv("whole_picture", {3, 16, 4, 4}, {10, 16, 4, 4}, with_bias),
      conv("no_rows", {0, 3, 8, 8}, {8, 3, 3, 3}, with_bias),
  };
}

std::vector<Case> windows() {
  return {
      conv("asymmetric_pads", {1, 8, 9, 9}, {8, 8, 3, 3}, with_bias,
           {{"pads", Ints{0, 0, 1, 1}}, {"strides", Ints{2, 2}}}),
      conv("all_pads_differ", {2, 5, 7, 8}, {6, 5, 3, 3}, with_bias, {{"pads", Ints{2, 0, 1, 3}}}),
      conv("pads_beyond_kernel", {1, 4, 5, 5}, {4, 4, 1, 1}, with_bias, {{"pads", Ints{2, 1, 0, 3}}}),
      conv("kernel_1x3", {1, 8, 6, 9}, {8, 8, 1, 3}, with_bias, {{"pads", Ints{0, 1, 0, 1}}}),
      conv("kernel_3x1", {1, 8, 6, 9}, {8, 8, 3, 1}, with_bias, {{"pads", Ints{1, 0, 1, 0}}}),
      conv("kernel_1x7", {2, 12, 3, 9}, {10, 12, 1, 7}, no_bias, {{"pads", Ints{0, 3, 0, 3}}}),
      conv("even_kernel", {1, 7, 8, 8}, {13, 7, 2, 4}, with_bias),
      conv("strides_differ", {1, 8, 9, 11}, {8, 8, 3, 3}, with_bias,
           {{"strides", Ints{1, 3}}, {"pads", Ints{1, 1, 1, 1}}}),
      conv("stride_beyond_kernel", {1, 4, 11, 11}, {6, 4, 2, 2}, with_bias, {{"strides", Ints{4, 5}}}),
      conv("dilated", {1, 8, 9, 9}, {8, 8, 3, 3}, with_bias,
           {{"dilations", Ints{2, 2}}, {"pads", Ints{2, 2, 2, 2}}}),
      conv("dilations_differ", {2, 3, 12, 9}, {7, 3, 3, 2}, no_bias, {{"dilations", Ints{3, 4}}}),
      conv("dilated_stride_2", {1, 16, 13, 13}, {16, 16, 3, 3}, with_bias,
           {{"dilations", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"pads", Ints{2, 2, 2, 2}}}),
      conv("valid", {1, 8, 9, 9}, {8, 8, 3, 3}, with_bias, {{"auto_pad", "VALID"}, {"strides", Ints{2, 2}}}),
      conv("same_upper", {1, 8, 9, 8}, {8, 8, 3, 3}, with_bias,
           {{"auto_pad", "SAME_UPPER"}, {"strides", Ints{2, 2}}}),
      conv("same_lower", {1, 8, 9, 8}, {8, 8, 3, 3}, with_bias,
           {{"auto_pad", "SAME_LOWER"}, {"strides", Ints{2, 2}}}),
      conv("same_upper_even", {1, 5, 7, 7}, {6, 5, 2, 4}, with_bias, {{"auto_pad", "SAME_UPPER"}}),
      conv("same_lower_even", {1, 5, 7, 7}, {6, 5, 2, 4}, with_bias, {{"auto_pad", "SAME_LOWER"}}),
      conv("same_dilated", {1, 4, 10, 10}, {4, 4, 3, 3}, with_bias,
           {{"auto_pad", "SAME_UPPER"}, {"dilations", Ints{2, 3}}}),
      // oneDNN 2.6.3 gets these wrong in bfloat16 on AMX.
      conv("narrow_stride_3_4", {2, 64, 17, 7}, {8, 64, 11, 1}, no_bias, {{"strides", Ints{3, 4}}}),
      conv("narrow_stride_4_3", {2, 37, 9, 9}, {37, 37, 1, 7}, no_bias, {{"strides", Ints{4, 3}}}),
      conv("wide_stride_1_2", {2, 26, 8, 17}, {26, 26, 2, 11}, no_bias,
           {{"strides", Ints{1, 2}}, {"pads", Ints{0, 1, 0, 2}}}),
      conv("wide_stride_4", {3, 122, 29, 11}, {19, 122, 5, 5}, no_bias, {{"strides", Ints{4, 4}}}),
      conv("same_stride_beyond_kernel", {1, 4, 10, 11}, {4, 4, 1, 1}, no_bias,
           {{"auto_pad", "SAME_UPPER"}, {"strides", Ints{3, 3}}}),
      conv("notset", {1, 4, 6, 6}, {4, 4, 3, 3}, with_bias,
           {{"auto_pad", "NOTSET"}, {"pads", Ints{1, 1, 1, 1}}, {"group", 1}}),
  };
}

std::vector<Case> groups() {
  const Ints p1{1, 1, 1, 1}, p2{2, 2, 2, 2}, s2{2, 2};
  return {
      conv("depthwise_3x3", {1, 32, 9, 9}, {32, 1, 3, 3}, with_bias, {{"group", 32}, {"pads", p1}}),
      conv("depthwise_3x3_stride_2", {3, 16, 9, 10}, {16, 1, 3, 3}, with_bias,
           {{"group", 16}, {"pads", p1}, {"strides", s2}}),
      conv("depthwise_3x3_asymmetric", {1, 24, 10, 10}, {24, 1, 3, 3}, no_bias,
           {{"group", 24}, {"pads", Ints{0, 0, 1, 1}}, {"strides", s2}}),
      conv("depthwise_5x5", {1, 40, 9, 9}, {40, 1, 5, 5}, with_bias, {{"group", 40}, {"pads", p2}}),
      conv("depthwise_5x5_stride_2", {2, 13, 11, 11}, {13, 1, 5, 5}, with_bias,
           {{"group", 13}, {"pads", p2}, {"strides", s2}}),
      conv("depthwise_5x5_asymmetric", {1, 37, 12, 12}, {37, 1, 5, 5}, with_bias,
           {{"group", 37}, {"pads", Ints{1, 1, 2, 2}}, {"strides", s2}}),
      conv("groups_of_8_filters", {2, 16, 5, 6}, {16, 8, 3, 3}, with_bias, {{"group", 2}, {"pads", p1}}),
      conv("depthwise_7_channels", {1, 7, 6, 5}, {7, 1, 3, 3}, with_bias, {{"group", 7}, {"pads", p1}}),
      conv("depthwise_3_channels", {3, 3, 8, 8}, {3, 1, 3, 3}, no_bias, {{"group", 3}, {"pads", p1}}),
      conv("depthwise_1x1", {1, 13, 5, 5}, {13, 1, 1, 1}, with_bias, {{"group", 13}}),
      conv("depthwise_7x7", {1, 24, 10, 10}, {24, 1, 7, 7}, with_bias,
           {{"group", 24}, {"pads", Ints{3, 3, 3, 3}}}),
      conv("depthwise_dilated", {1, 16, 11, 11}, {16, 1, 3, 3}, with_bias,
           {{"group", 16}, {"pads", p2}, {"dilations", Ints{2, 2}}}),
      conv("depthwise_same_upper", {1, 32, 8, 8}, {32, 1, 3, 3}, with_bias,
           {{"group", 32}, {"auto_pad", "SAME_UPPER"}, {"strides", s2}}),
      conv("depthwise_small_picture", {1, 48, 2, 2}, {48, 1, 5, 5}, with_bias, {{"group", 48}, {"pads", p2}}),
      conv("depthwise_multiplied", {1, 8, 7, 7}, {24, 1, 3, 3}, with_bias, {{"group", 8}, {"pads", p1}}),
      conv("2_groups", {1, 32, 7, 7}, {48, 16, 3, 3}, with_bias, {{"group", 2}, {"pads", p1}}),
      conv("3_groups", {2, 9, 6, 6}, {15, 3, 3, 3}, with_bias, {{"group", 3}, {"pads", p1}}),
      conv("5_groups_1x1", {1, 35, 5, 5}, {20, 7, 1, 1}, no_bias, {{"group", 5}}),
      conv("7_groups", {1, 14, 6, 7}, {21, 2, 3, 3}, with_bias, {{"group", 7}, {"pads", p1}}),
      conv("32_groups", {1, 128, 6, 6}, {128, 4, 3, 3}, no_bias, {{"group", 32}, {"pads", p1}}),
      conv("groups_1x1_stride_2", {1, 24, 8, 8}, {12, 8, 1, 1}, with_bias, {{"group", 3}, {"strides", s2}}),
  };
}

std::vector<Case> other_ranks() {
  return {
      conv("1d", {2, 6, 19}, {8, 6, 3}, with_bias, {{"pads", Ints{1, 1}}}),
      conv("1d_stride_2", {1, 16, 33}, {24, 16, 5}, no_bias, {{"pads", Ints{2, 1}}, {"strides", Ints{2}}}),
      conv("1d_1", {3, 13, 7}, {5, 13, 1}, with_bias),
      conv("1d_depthwise", {1, 10, 15}, {10, 1, 3}, with_bias, {{"group", 10}, {"pads", Ints{2, 0}}}),
      conv("1d_dilated_same", {2, 4, 20}, {6, 4, 3}, with_bias,
           {{"dilations", Ints{3}}, {"auto_pad", "SAME_UPPER"}}),
      conv("3d", {1, 3, 5, 6, 7}, {4, 3, 3, 3, 3}, with_bias, {{"pads", Ints{1, 1, 1, 1, 1, 1}}}),
      conv("3d_groups", {2, 4, 4, 5, 4}, {6, 2, 2, 1, 3}, no_bias,
           {{"group", 2}, {"strides", Ints{2, 1, 1}}}),
  };
}

std::vector<Case> epilogues() {
  const Activation relu{Activation::Kind::relu}, relu6{Activation::Kind::clip, 0, 6};
  const Activation narrow{Activation::Kind::clip, -0.5F, 0.25F};
  const Activation sigmoid{Activation::Kind::sigmoid}, tanh{Activation::Kind::tanh};
  const Ints p1{1, 1, 1, 1};
  const auto plain = [&](std::string name, bool bias) {
    return conv(std::move(name), {2, 16, 7, 7}, {24, 16, 3, 3}, bias, {{"pads", p1}});
  };
  const auto depthwise = [&](std::string name) {
    return conv(std::move(name), {2, 20, 7, 7}, {20, 1, 3, 3}, with_bias, {{"pads", p1}, {"group", 20}});
  };
  const auto pointwise = [&](std::string name, bool bias) {
    return conv(std::move(name), {2, 13, 6, 6}, {37, 13, 1, 1}, bias);
  };
  return {
      fused(plain("relu", with_bias), {}, relu),
      fused(plain("relu6", no_bias), {}, relu6),
      fused(plain("narrow_clip", with_bias), {}, narrow),
      fused(plain("sigmoid", with_bias), {}, sigmoid),
      fused(plain("tanh", no_bias), {}, tanh),
      fused(plain("residual", with_bias), {2, 24, 7, 7}, std::nullopt),
      fused(plain("residual_no_bias", no_bias), {2, 24, 7, 7}, std::nullopt),
      fused(plain("residual_relu", with_bias), {2, 24, 7, 7}, relu),
      fused(depthwise("depthwise_relu6"), {}, relu6),
      fused(depthwise("depthwise_narrow_clip"), {}, narrow),
      fused(depthwise("depthwise_residual"), {2, 20, 7, 7}, std::nullopt),
      fused(depthwise("depthwise_residual_relu"), {2, 20, 7, 7}, relu),
      fused(pointwise("1x1_relu6", with_bias), {}, relu6),
      fused(pointwise("1x1_residual", with_bias), {2, 37, 6, 6}, std::nullopt),
      fused(pointwise("1x1_residual_clip", no_bias), {2, 37, 6, 6}, narrow),
      fused(pointwise("1x1_residual_sigmoid", with_bias), {2, 37, 6, 6}, sigmoid),
      fused(
          conv("groups_residual_relu", {1, 12, 6, 6}, {9, 4, 3, 3}, with_bias, {{"group", 3}, {"pads", p1}}),
          {1, 9, 6, 6}, relu),
      fused(conv("stem_relu", {1, 3, 15, 15}, {16, 3, 3, 3}, with_bias,
                 {{"pads", p1}, {"strides", Ints{2, 2}}}),
            {}, relu),
  };
}

}  // namespace

std::vector<Case> cases_conv() {
  std::vector<Case> all = channels();
  for (auto table : {windows, groups, epilogues, other_ranks})
    std::ranges::move(table(), std::back_inserter(all));
  return all;
}

}  // namespace yy::test
