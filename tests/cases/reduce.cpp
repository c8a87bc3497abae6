#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double averaged = 2e-6;

Case mean(std::string name, int opset, AttributeList attributes, std::vector<CaseInput> inputs) {
  return node(std::move(name), "ReduceMean", opset, std::move(attributes), std::move(inputs), averaged);
}

// One element, which may be all that is left of terms that cancelled.
Case one_mean(std::string name, std::int64_t terms) {
  Case c = mean(std::move(name), 13, {}, {data({terms})});
  c.size = size_of_sum(terms) / static_cast<double>(terms);
  return c;
}

}  // namespace

std::vector<Case> cases_reduce() {
  const CaseInput x = data({2, 7, 5, 3});
  return {
      mean("spatial", 13, {{"axes", Ints{2, 3}}}, {x}),
      mean("spatial_dropped", 13, {{"axes", Ints{2, 3}}, {"keepdims", 0}}, {x}),
      mean("from_back", 11, {{"axes", Ints{-1, -2}}}, {x}),
      mean("last", 13, {{"axes", Ints{-1}}}, {x}),
      mean("channels", 13, {{"axes", Ints{1}}}, {x}),
      mean("channels_dropped", 13, {{"axes", Ints{1}}, {"keepdims", 0}}, {x}),
      mean("rows", 7, {{"axes", Ints{0}}}, {x}),
      mean("outer_and_inner", 13, {{"axes", Ints{0, 3}}, {"keepdims", 0}}, {x}),
      mean("all_but_channels", 13, {{"axes", Ints{0, 2, 3}}}, {x}),
      mean("everything", 13, {}, {x}),
      mean("everything_dropped", 13, {{"keepdims", 0}}, {x}),
      mean("empty_axes", 13, {{"axes", Ints{}}}, {x}),
      mean("input", 18, {}, {x, ints({2, 3})}),
      mean("input_unordered", 18, {{"keepdims", 0}}, {x, ints({3, 1})}),
      mean("input_absent", 18, {}, {x}),
      mean("input_empty", 18, {}, {x, ints({})}),
      mean("input_empty_noop", 18, {{"noop_with_empty_axes", 1}}, {x, ints({})}),
      mean("input_noop_unused", 18, {{"noop_with_empty_axes", 1}}, {x, ints({1})}),
      one_mean("rank_1", 37),
      mean("rank_2", 13, {{"axes", Ints{1}}, {"keepdims", 0}}, {data({3, 300})}),
      mean("rank_3", 13, {{"axes", Ints{1}}}, {data({2, 49, 16})}),
      mean("rank_5", 13, {{"axes", Ints{1, 3}}}, {data({2, 3, 2, 3, 2})}),
      mean("of_ones", 13, {{"axes", Ints{2, 3}}}, {data({2, 5, 1, 1})}),
      mean("scalar", 13, {}, {data({})}),
      mean("no_rows", 13, {{"axes", Ints{2, 3}}}, {data({0, 3, 4, 4})}),
      mean("int64", 13, {{"axes", Ints{1}}}, {data({3, 5}, DType::i64)}),
      mean("int64_large", 13, {{"axes", Ints{0}}}, {ints({(1LL << 60) + 1, (1LL << 60) + 3})}),
      mean("int32", 13, {{"axes", Ints{0}}, {"keepdims", 0}}, {data({4, 5}, DType::i32)}),
      mean("wide", 13, {{"axes", Ints{2, 3}}}, {data({2, 37, 33, 31})}),
  };
}

Case random_reduce(Dice& dice, std::string name) {
  Index dims;
  Ints axes;
  const std::int64_t rank = dice.pick(1, 5);
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    dims.push_back(dice.pick(1, 9));
    if (dice.chance(50)) axes.push_back(dice.chance(50) ? axis : axis - rank);
  }
  AttributeList attributes{{"keepdims", dice.chance(50) ? 1 : 0}};
  if (dice.chance(50)) return mean(std::move(name), 18, std::move(attributes), {data(dims), ints(axes)});
  attributes.push_back({"axes", axes});
  return mean(std::move(name), 13, std::move(attributes), {data(dims)});
}

}  // namespace yy::test
