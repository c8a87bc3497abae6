#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

CaseInput picture() {
  return data({2, 7, 6, 5});
}

// From opset 10: starts, ends, axes, steps as inputs.
Case slice(std::string name, CaseInput x, Ints starts, Ints ends, Ints axes, Ints steps) {
  return node(std::move(name), "Slice", 13, {},
              {std::move(x), ints(std::move(starts)), ints(std::move(ends)), ints(std::move(axes)),
               ints(std::move(steps))});
}

std::vector<Case> forms() {
  const CaseInput x = picture(), list = data({9});
  return {
      node("attributes", "Slice", 1, {{"starts", Ints{1, 2}}, {"ends", Ints{3, 9}}, {"axes", Ints{1, 3}}},
           {x}),
      node("attributes_no_axes", "Slice", 9, {{"starts", Ints{0, 1}}, {"ends", Ints{1, 4}}}, {x}),
      node("attributes_from_back", "Slice", 9, {{"starts", Ints{-3}}, {"ends", Ints{-1}}, {"axes", Ints{2}}},
           {x}),
      node("attributes_to_the_end", "Slice", 9,
           {{"starts", Ints{4}}, {"ends", Ints{most}}, {"axes", Ints{1}}}, {x}),
      node("no_axes", "Slice", 10, {}, {x, ints({0, 2}), ints({1, 5})}),
      node("axes", "Slice", 11, {}, {x, ints({2}), ints({5}), ints({1})}),
      node("axes_from_back", "Slice", 13, {}, {x, ints({1}), ints({3}), ints({-2})}),
      node("steps_without_axes", "Slice", 13, {},
           {x, ints({0, 0, 0, 0}), ints({2, 7, 6, 5}), absent(), ints({1, 2, 3, 2})}),
      node("int32", "Slice", 13, {},
           {x, ints({1}, DType::i32), ints({6}, DType::i32), ints({1}, DType::i32), ints({2}, DType::i32)}),
      node("int64", "Slice", 13, {}, {data({9}, DType::i64), ints({2}), ints({-2})}),
      node("bytes", "Slice", 13, {},
           {data({2, 3, 7, 5}, DType::u8), ints({1, 1}), ints({6, 4}), ints({2, 3})}),
      node("bools", "Slice", 13, {}, {data({7}, DType::boolean), ints({1}), ints({7}), ints({0}), ints({2})}),
      node("of_a_shape", "Slice", 13, {}, {ints({2, 3, 5, 7}), ints({0}), ints({2}), ints({0})}),
      slice("everything", x, {0}, {most}, {0}, {1}),
      slice("to_int32_most", x, {1}, {2147483647}, {1}, {1}),
      slice("half_the_channels", data({2, 16, 4, 4}), {8}, {16}, {1}, {1}),
      slice("focus_even", data({1, 3, 8, 8}), {0, 0}, {most, most}, {2, 3}, {2, 2}),
      slice("focus_odd", data({1, 3, 8, 8}), {1, 1}, {most, most}, {2, 3}, {2, 2}),
      slice("three_axes", x, {1, 1, 0}, {6, 5, 4}, {1, 2, 3}, {2, 1, 3}),
      slice("wide", data({2, 37, 33, 31}), {1, 3}, {36, 30}, {1, 3}, {1, 1}),
  };
}

std::vector<Case> bounds() {
  const CaseInput list = data({9}), x = picture();
  return {
      slice("start_before_front", list, {-100}, {3}, {0}, {1}),
      slice("start_beyond_end", list, {100}, {200}, {0}, {1}),
      slice("end_before_front", list, {0}, {-100}, {0}, {1}),
      slice("start_after_end", list, {5}, {2}, {0}, {1}),
      slice("least_to_most", list, {least}, {most}, {0}, {1}),
      slice("step_3", list, {1}, {9}, {0}, {3}),
      slice("step_beyond_size", list, {2}, {9}, {0}, {100}),
      slice("step_most", list, {2}, {9}, {0}, {most}),
      slice("backwards", list, {8}, {least}, {0}, {-1}),
      slice("backwards_from_back", list, {-1}, {-10}, {0}, {-1}),
      slice("backwards_step_2", list, {7}, {1}, {0}, {-2}),
      slice("backwards_most", list, {most}, {least}, {0}, {-3}),
      slice("backwards_step_least", list, {most}, {least}, {0}, {least}),
      slice("backwards_nothing", list, {2}, {5}, {0}, {-1}),
      slice("backwards_start_before_front", list, {-100}, {least}, {0}, {-1}),
      slice("backwards_to_minus_one", list, {5}, {-1}, {0}, {-1}),
      slice("backwards_channels", x, {-1}, {least}, {1}, {-1}),
      slice("backwards_pixels", x, {-1, -1}, {least, least}, {2, 3}, {-1, -2}),
      slice("nothing_of_rank_4", x, {3}, {3}, {1}, {1}),
      slice("of_nothing", data({0, 4}), {0, 1}, {5, 3}, {0, 1}, {1, 1}),
      slice("of_nothing_backwards", data({0, 4}), {most}, {least}, {0}, {-1}),
  };
}

}  // namespace

std::vector<Case> cases_slice() {
  std::vector<Case> all = forms();
  for (Case& c : bounds()) all.push_back(std::move(c));
  return all;
}

Case random_slice(Dice& dice, std::string name) {
  const std::int64_t rank = dice.chance(60) ? 4 : dice.pick(1, 5);
  Index dims;
  Ints starts, ends, axes, steps;
  for (std::int64_t i = 0; i < rank; ++i) {
    dims.push_back(dice.pick(1, 12));
    if (dice.chance(40)) continue;
    const std::int64_t reach = dims.back() + 2;
    axes.push_back(dice.chance(30) ? i - rank : i);
    steps.push_back(dice.one_of({1, 1, 1, 2, 3, 7, -1, -1, -2, -5}));
    starts.push_back(dice.pick(-reach, reach));
    ends.push_back(dice.chance(20) ? (steps.back() > 0 ? most : least) : dice.pick(-reach, reach));
  }
  CaseInput x = data(dims, dice.chance(20) ? DType::u8 : DType::f32);
  return slice(std::move(name), x, starts, ends, axes, steps);
}

}  // namespace yy::test
