#include <algorithm>
#include <iterator>
#include <limits>

#include "tests/cases/case.h"

namespace yy::test {

namespace {

std::vector<Case> from_the_input() {
  const CaseInput x = data({2, 3, 4, 5});
  const Ints spatial{0, 0, 1, 2, 0, 0, 2, 1};
  std::vector<Case> all;
  for (const char* mode : {"edge", "reflect", "wrap"}) {
    const auto pad = [&](std::string name, CaseInput input, Ints pads) {
      return node(mode + ("_" + name), "Pad", 19, {{"mode", mode}},
                  {std::move(input), ints(std::move(pads))});
    };
    all.push_back(pad("spatial", x, spatial));
    all.push_back(pad("all_axes", x, {1, 2, 1, 3, 1, 0, 2, 4}));
    all.push_back(pad("far", data({2, 3}), {0, 7, 5, 11}));
    all.push_back(pad("one_element", data({1, 1}), {2, 0, 1, 3}));
    all.push_back(pad("crops", data({1, 2, 6, 5}), {0, 0, -2, 1, 0, 0, 3, -1}));
    all.push_back(pad("bytes", data({3, 4}, DType::u8), {1, 1, 1, 2}));
    all.push_back(pad("scalar", data({}), {}));
    all.push_back(pad("wide", data({1, 37, 31, 33}), {0, 0, 1, 1, 0, 0, 1, 1}));
  }
  all.push_back(node("edge_attributes", "Pad", 2, {{"mode", "edge"}, {"pads", spatial}}, {x}));
  all.push_back(node("reflect_attributes", "Pad", 10, {{"mode", "reflect"}, {"pads", spatial}}, {x}));
  return all;
}

}  // namespace

std::vector<Case> cases_pad() {
  const CaseInput x = data({2, 3, 4, 5});
  const double inf = std::numeric_limits<double>::infinity();
  const Ints spatial{0, 0, 1, 2, 0, 0, 2, 1};
  const DType i64 = DType::i64, u8 = DType::u8;
  std::vector<Case> all{
      node("attributes", "Pad", 2, {{"pads", spatial}}, {x}),
      node("attribute_value", "Pad", 2, {{"pads", spatial}, {"value", 1.5F}, {"mode", "constant"}}, {x}),
      node("attribute_negative", "Pad", 10, {{"pads", Ints{0, -1, 0, -2, 0, 0, 1, 3}}}, {x}),
      node("inputs", "Pad", 11, {}, {x, ints(spatial)}),
      node("value", "Pad", 11, {{"mode", "constant"}}, {x, ints(spatial), scalar(-2.5)}),
      node("value_minus_infinity", "Pad", 13, {}, {x, ints(spatial), scalar(-inf)}),
      node("value_of_rank_1", "Pad", 13, {}, {x, ints(spatial), fixed(given({1}, {3}))}),
      node("value_absent", "Pad", 18, {}, {x, ints({1, 2}), absent(), ints({3})}),
      node("axes", "Pad", 18, {}, {x, ints({1, 2, 3, 0}), scalar(0.5), ints({2, 3})}),
      node("axes_from_back", "Pad", 19, {}, {x, ints({1, 0, 0, 4}), scalar(0.5), ints({-1, -3})}),
      node("axes_unordered", "Pad", 18, {}, {x, ints({1, 2, 3, 4}), absent(), ints({3, 1})}),
      node("axes_int32", "Pad", 18, {}, {x, ints({2, 1}), absent(), ints({2}, DType::i32)}),
      node("channels", "Pad", 13, {}, {x, ints({0, 5, 0, 0, 0, 8, 0, 0})}),
      node("rows", "Pad", 13, {}, {x, ints({1, 0, 0, 0, 2, 0, 0, 0})}),
      node("by_nothing", "Pad", 13, {}, {x, ints({0, 0, 0, 0, 0, 0, 0, 0})}),
      node("negative", "Pad", 13, {}, {x, ints({0, 0, -1, -1, 0, 0, -2, 0})}),
      node("negative_and_positive", "Pad", 13, {}, {x, ints({-1, 2, -3, 4, 3, -2, 5, -5}), scalar(9)}),
      node("crops_all", "Pad", 13, {}, {x, ints({0, 0, -4, 0, 0, 0, 0, 0})}),
      node("crops_all_then_pads", "Pad", 13, {}, {x, ints({0, 0, -4, 0, 0, 0, 3, 0}), scalar(2)}),
      node("of_nothing", "Pad", 13, {}, {data({0, 3}), ints({0, 1, 2, 0}), scalar(4)}),
      node("scalar", "Pad", 13, {}, {data({}), ints({})}),
      node("rank_1", "Pad", 13, {}, {data({3}), ints({2, 1})}),
      node("rank_5", "Pad", 13, {}, {data({1, 2, 2, 1, 3}), ints({0, 1, 0, 0, 2, 1, 0, 1, 1, 0}), scalar(7)}),
      node("int64", "Pad", 13, {}, {data({2, 3}, i64), ints({1, 0, 0, 2}), scalar(-5, i64)}),
      node("int32", "Pad", 13, {}, {data({2, 3}, DType::i32), ints({1, 0, 0, 2}), scalar(5, DType::i32)}),
      node("bytes", "Pad", 13, {}, {data({2, 3, 5, 4}, u8), ints(spatial), scalar(114, u8)}),
      node("bools", "Pad", 13, {}, {data({3}, DType::boolean), ints({1, 1}), scalar(1, DType::boolean)}),
      node("wide", "Pad", 13, {}, {data({1, 37, 31, 33}), ints({0, 0, 1, 1, 0, 0, 1, 1})}),
  };
  std::ranges::move(from_the_input(), std::back_inserter(all));
  return all;
}

Case random_pad(Dice& dice, std::string name) {
  const bool bytes = dice.chance(20);
  const DType dtype = bytes ? DType::u8 : DType::f32;
  const std::int64_t rank = dice.chance(60) ? 4 : dice.pick(1, 5);
  Index dims;
  Ints before, after;
  for (std::int64_t i = 0; i < rank; ++i) {
    dims.push_back(dice.pick(1, 8));
    before.push_back(dice.chance(50) ? 0 : dice.pick(-dims.back() / 2, 4));
    after.push_back(dice.chance(50) ? 0 : dice.pick(-dims.back() / 2, 4));
  }
  before.insert(before.end(), after.begin(), after.end());
  const CaseInput value = dice.chance(50) ? scalar(static_cast<double>(dice.pick(0, 9)), dtype) : absent();
  return node(std::move(name), "Pad", 13, {}, {data(dims, dtype), ints(before), value});
}

}  // namespace yy::test
