#include <algorithm>
#include <iterator>
#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double exact = 0;
constexpr double averaged = 2e-6;  // a sum of up to a thousand elements and a division in float32

Case max_pool(std::string name, Index x, Ints kernel, AttributeList attributes = {}, int opset = 12) {
  attributes.push_back({"kernel_shape", std::move(kernel)});
  return node(std::move(name), "MaxPool", opset, std::move(attributes), {data(std::move(x))}, exact);
}

Case average_pool(std::string name, Index x, Ints kernel, AttributeList attributes = {}, int opset = 11) {
  attributes.push_back({"kernel_shape", std::move(kernel)});
  return node(std::move(name), "AveragePool", opset, std::move(attributes), {data(std::move(x))}, averaged);
}

std::vector<Case> largest() {
  const Ints s2{2, 2}, p1{1, 1, 1, 1};
  const double inf = std::numeric_limits<double>::infinity();
  Case negative = max_pool("negative_with_pads", {1, 3, 5, 5}, {3, 3}, {{"pads", p1}});
  negative.inputs[0] = data_in({1, 3, 5, 5}, -9, -5);
  Case infinite = max_pool("infinite", {1, 1, 2, 4}, {2, 2}, {{"strides", s2}});
  infinite.inputs[0] = given({1, 1, 2, 4}, {inf, 1, -inf, -3, 0, -inf, -inf, -3e38});
  return {
      negative,
      infinite,
      max_pool("2x2", {1, 16, 8, 8}, {2, 2}, {{"strides", s2}}),
      max_pool("3x3_stride_2", {3, 7, 9, 10}, {3, 3}, {{"strides", s2}, {"pads", p1}}, 8),
      max_pool("3x3_stride_1", {1, 13, 6, 6}, {3, 3}, {{"pads", p1}}),
      max_pool("default_strides", {1, 3, 5, 5}, {2, 2}),
      max_pool("37_channels", {2, 37, 7, 7}, {3, 3}, {{"strides", s2}}),
      max_pool("asymmetric_pads", {1, 8, 7, 7}, {3, 3}, {{"strides", s2}, {"pads", Ints{0, 0, 1, 1}}}),
      max_pool("all_pads_differ", {1, 5, 6, 7}, {4, 4}, {{"pads", Ints{1, 0, 3, 2}}}),
      max_pool("ceil", {1, 3, 8, 8}, {3, 3}, {{"strides", s2}, {"ceil_mode", 1}}, 10),
      max_pool("ceil_even", {1, 3, 7, 7}, {3, 3}, {{"strides", s2}, {"ceil_mode", 1}}),
      max_pool("ceil_with_pads", {2, 5, 6, 7}, {3, 3}, {{"strides", s2}, {"pads", p1}, {"ceil_mode", 1}}),
      max_pool("ceil_drops_last", {1, 2, 2, 2}, {1, 1}, {{"strides", s2}, {"ceil_mode", 1}}),
      max_pool("ceil_drops_in_padding", {1, 3, 4, 4}, {2, 2},
               {{"strides", Ints{3, 3}}, {"pads", p1}, {"ceil_mode", 1}}),
      max_pool("floor", {1, 3, 8, 8}, {3, 3}, {{"strides", s2}, {"ceil_mode", 0}}),
      max_pool("dilated", {1, 7, 9, 9}, {3, 3}, {{"dilations", Ints{2, 2}}}, 10),
      max_pool("dilations_differ", {1, 16, 9, 11}, {2, 3},
               {{"dilations", Ints{3, 2}}, {"pads", Ints{1, 0, 2, 1}}}),
      max_pool("dilated_ceil", {2, 3, 10, 10}, {3, 3},
               {{"dilations", Ints{2, 2}}, {"strides", Ints{4, 4}}, {"ceil_mode", 1}}),
      max_pool("same_upper", {1, 8, 7, 8}, {3, 3}, {{"auto_pad", "SAME_UPPER"}, {"strides", s2}}),
      max_pool("same_lower", {1, 8, 7, 8}, {3, 3}, {{"auto_pad", "SAME_LOWER"}, {"strides", s2}}),
      max_pool("same_even", {1, 3, 5, 6}, {2, 2}, {{"auto_pad", "SAME_LOWER"}}),
      max_pool("valid", {1, 8, 7, 8}, {3, 3}, {{"auto_pad", "VALID"}, {"strides", s2}}),
      max_pool("storage_order", {1, 3, 6, 6}, {2, 2}, {{"storage_order", 1}}, 8),
      max_pool("whole_picture", {3, 13, 4, 5}, {4, 5}),
      max_pool("1x1", {1, 3, 5, 5}, {1, 1}),
      max_pool("1x1_stride_2", {1, 16, 7, 7}, {1, 1}, {{"strides", s2}}),
      max_pool("kernel_1x3", {1, 6, 4, 9}, {1, 3}, {{"strides", Ints{1, 2}}}),
      max_pool("stride_beyond_kernel", {1, 4, 11, 11}, {2, 2}, {{"strides", Ints{5, 4}}}),
      max_pool("no_rows", {0, 4, 6, 6}, {2, 2}),
  };
}

std::vector<Case> other_forms() {
  const Ints s2{2, 2}, p1{1, 1, 1, 1};
  const auto of_type = [](Case c, DType dtype) {
    c.inputs[0] = data(c.inputs[0].dims, dtype);
    return c;
  };
  const auto indices = [](std::string name, Index x, AttributeList attributes) {
    return node(std::move(name), "MaxPool", 12, std::move(attributes), {data(std::move(x))}, exact, 2);
  };
  const auto global = [](std::string name, Index x) {
    return node(std::move(name), "GlobalAveragePool", 1, {}, {data(std::move(x))}, averaged);
  };
  return {
      of_type(max_pool("uint8", {1, 3, 7, 8}, {3, 3}, {{"strides", s2}, {"pads", p1}}), DType::u8),
      of_type(max_pool("int8", {2, 5, 6, 6}, {2, 2}, {{"ceil_mode", 1}, {"strides", s2}}), DType::i8),
      indices("indices", {2, 3, 5, 6}, {{"kernel_shape", Ints{3, 3}}, {"pads", p1}}),
      indices("indices_column_major", {2, 3, 5, 6},
              {{"kernel_shape", Ints{2, 2}}, {"strides", s2}, {"storage_order", 1}}),
      indices("indices_dilated", {1, 2, 7, 7}, {{"kernel_shape", Ints{2, 2}}, {"dilations", s2}}),
      indices("indices_1d", {2, 3, 9}, {{"kernel_shape", Ints{3}}}),
      max_pool("1d", {2, 5, 13}, {3}),
      max_pool("1d_pads", {1, 7, 12}, {4}, {{"strides", Ints{3}}, {"pads", Ints{1, 2}}, {"ceil_mode", 1}}),
      max_pool("3d", {1, 3, 5, 6, 7}, {2, 3, 2}, {{"strides", Ints{2, 1, 2}}}),
      max_pool("3d_dilated", {1, 2, 6, 6, 6}, {2, 2, 2}, {{"dilations", Ints{2, 1, 3}}}),
      average_pool("1d", {2, 5, 13}, {3}),
      average_pool("1d_counted", {1, 7, 12}, {4},
                   {{"strides", Ints{3}}, {"pads", Ints{1, 2}}, {"count_include_pad", 1}}),
      average_pool("3d", {1, 3, 5, 6, 7}, {2, 3, 2}, {{"pads", Ints{1, 0, 1, 0, 2, 0}}}),
      average_pool("3d_ceil_counted", {1, 2, 5, 5, 6}, {2, 2, 3},
                   {{"strides", Ints{2, 2, 2}}, {"ceil_mode", 1}, {"count_include_pad", 1}}),
      average_pool("padding_only_counted", {1, 3, 4, 4}, {2, 2},
                   {{"pads", Ints{3, 0, 0, 0}}, {"count_include_pad", 1}}),
      global("1d", {2, 7, 11}),
      global("3d", {1, 3, 4, 5, 2}),
  };
}

// Every meeting of count_include_pad, ceil_mode and kinds of pads, where implementations differ most.
std::vector<Case> divisors() {
  struct Pads {
    const char* name;
    Ints pads;
  };
  const Pads kinds[] = {{"no_pads", {0, 0, 0, 0}},
                        {"pads", {1, 1, 1, 1}},
                        {"pads_at_end", {0, 0, 1, 1}},
                        {"pads_at_begin", {2, 1, 0, 0}}};
  std::vector<Case> all;
  for (const Pads& kind : kinds) {
    for (int counted : {0, 1}) {
      for (int ceil : {0, 1}) {
        for (std::int64_t stride : {2, 3}) {
          const std::string name = std::string(kind.name) + (counted ? "_counted" : "") +
                                   (ceil ? "_ceil" : "") + "_stride_" + std::to_string(stride);
          all.push_back(average_pool(name, {2, 5, 8, 9}, {3, 3},
                                     {{"pads", kind.pads},
                                      {"strides", Ints{stride, stride}},
                                      {"count_include_pad", counted},
                                      {"ceil_mode", ceil}}));
        }
      }
    }
  }
  return all;
}

std::vector<Case> averages() {
  const Ints s2{2, 2}, p1{1, 1, 1, 1};
  const auto global = [](std::string name, Index x) {
    return node(std::move(name), "GlobalAveragePool", 1, {}, {data(std::move(x))}, averaged);
  };
  return {
      average_pool("2x2", {1, 16, 8, 8}, {2, 2}, {{"strides", s2}}, 7),
      average_pool("3x3", {3, 13, 6, 7}, {3, 3}, {{"pads", p1}}),
      average_pool("37_channels", {1, 37, 7, 7}, {3, 3}, {{"strides", s2}}),
      average_pool("whole_picture", {3, 7, 7, 7}, {7, 7}),
      average_pool("same_upper", {1, 8, 7, 8}, {3, 3}, {{"auto_pad", "SAME_UPPER"}, {"strides", s2}}),
      average_pool("same_upper_counted", {1, 8, 7, 8}, {3, 3},
                   {{"auto_pad", "SAME_UPPER"}, {"strides", s2}, {"count_include_pad", 1}}),
      average_pool("same_lower", {1, 8, 7, 8}, {2, 2}, {{"auto_pad", "SAME_LOWER"}}),
      average_pool("valid", {1, 3, 7, 8}, {3, 3}, {{"auto_pad", "VALID"}, {"strides", s2}}),
      average_pool("dilated", {1, 5, 9, 9}, {3, 3}, {{"dilations", Ints{2, 2}}}, 19),
      average_pool("dilated_counted", {1, 5, 9, 9}, {3, 2},
                   {{"dilations", Ints{2, 3}}, {"pads", Ints{2, 1, 1, 2}}, {"count_include_pad", 1}}, 19),
      average_pool("dilated_ceil_counted", {1, 5, 9, 9}, {3, 3},
                   {{"dilations", s2},
                    {"strides", Ints{3, 3}},
                    {"pads", p1},
                    {"ceil_mode", 1},
                    {"count_include_pad", 1}},
                   19),
      average_pool("kernel_5x1", {2, 3, 9, 4}, {5, 1}, {{"pads", Ints{2, 0, 2, 0}}}),
      average_pool("all_pads_differ", {1, 24, 6, 7}, {4, 4}, {{"pads", Ints{1, 0, 3, 2}}}),
      global("7x7", {1, 16, 7, 7}),
      global("odd", {3, 37, 5, 3}),
      global("one_pixel", {2, 13, 1, 1}),
      global("one_channel", {3, 1, 9, 9}),
      global("large", {1, 7, 31, 33}),
      global("no_rows", {0, 7, 4, 4}),
  };
}

}  // namespace

std::vector<Case> cases_pool() {
  std::vector<Case> all = largest();
  for (auto table : {averages, divisors, other_forms}) std::ranges::move(table(), std::back_inserter(all));
  return all;
}

Case random_pool(Dice& dice, std::string name) {
  const bool max = dice.chance(50), same = dice.chance(20), padded = !same && dice.chance(70);
  const std::size_t axes = dice.chance(15) ? 1 : 2;
  Ints kernel, dilations, strides, pads(2 * axes, 0);
  Index x{dice.pick(1, 3), dice.one_of({1, 3, 7, 8, 13, 16, 37})};
  const bool dilated = dice.chance(40);
  for (std::size_t i = 0; i < axes; ++i) {
    kernel.push_back(dice.pick(1, 4));
    dilations.push_back(dilated ? dice.pick(1, 3) : 1);
    strides.push_back(dice.pick(1, 4));
    const std::int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    if (padded) pads[i] = dice.pick(0, extent - 1);
    if (padded) pads[axes + i] = dice.pick(0, extent - 1);
    // A picture as long as the dilation keeps every window on some pixel.
    const std::int64_t least =
        std::max({same ? 1 : extent - pads[i] - pads[axes + i], dilations[i], std::int64_t{1}});
    x.push_back(least + dice.pick(0, 9));
  }
  AttributeList attributes;
  if (same) attributes.push_back({"auto_pad", dice.chance(50) ? "SAME_UPPER" : "SAME_LOWER"});
  if (padded) attributes.push_back({"pads", pads});
  if (dice.chance(70)) attributes.push_back({"strides", strides});
  if (dilated) attributes.push_back({"dilations", dilations});
  if (dice.chance(50)) attributes.push_back({"ceil_mode", 1});
  if (max) return max_pool(std::move(name), x, kernel, std::move(attributes));
  if (dice.chance(50)) attributes.push_back({"count_include_pad", 1});
  return average_pool(std::move(name), x, kernel, std::move(attributes), 19);
}

}  // namespace yy::test
