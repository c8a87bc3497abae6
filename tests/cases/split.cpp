#include "tests/cases/case.h"

namespace yy::test {
namespace {

Case split(std::string name, int opset, std::size_t outputs, AttributeList attributes,
           std::vector<CaseInput> inputs) {
  return node(std::move(name), "Split", opset, std::move(attributes), std::move(inputs), 0, outputs);
}

}  // namespace

std::vector<Case> cases_split() {
  const CaseInput x = data({2, 6, 4, 5});
  return {
      split("channels", 11, 2, {{"axis", 1}}, {x}),
      split("channels_attribute", 11, 3, {{"axis", 1}, {"split", Ints{1, 2, 3}}}, {x}),
      split("channels_input", 13, 2, {{"axis", 1}}, {x, ints({2, 4})}),
      split("rows", 13, 2, {}, {x}),
      split("last", 13, 5, {{"axis", -1}}, {x}),
      split("one_output", 13, 1, {{"axis", 1}}, {x}),
      split("one_output_input", 13, 1, {{"axis", 1}}, {x, ints({6})}),
      split("nothing_in_between", 13, 3, {{"axis", 1}}, {x, ints({2, 0, 4})}),
      split("of_nothing", 13, 3, {}, {data({0, 2}), ints({0, 0, 0})}),
      split("num_outputs", 18, 3, {{"axis", 1}, {"num_outputs", 3}}, {x}),
      split("num_outputs_uneven", 18, 4, {{"axis", 2}, {"num_outputs", 4}}, {data({1, 2, 7, 3})}),
      split("num_outputs_uneven_rank_1", 18, 2, {{"num_outputs", 2}}, {data({7})}),
      split("rank_3", 13, 2, {{"axis", 1}}, {data({2, 8, 3})}),
      split("rank_5", 13, 2, {{"axis", 3}}, {data({1, 2, 3, 4, 2})}),
      split("int64", 13, 2, {}, {data({6}, DType::i64)}),
      split("bytes", 13, 2, {{"axis", 1}}, {data({3, 4}, DType::u8)}),
      split("wide", 13, 2, {{"axis", 1}}, {data({2, 64, 33, 31})}),
  };
}

Case random_split(Dice& dice, std::string name) {
  Index dims;
  const std::int64_t rank = dice.chance(60) ? 4 : dice.pick(1, 5);
  for (std::int64_t i = 0; i < rank; ++i) dims.push_back(dice.pick(1, 8));
  const std::int64_t axis = dice.pick(0, rank - 1);
  Ints lengths;
  for (std::int64_t left = dims[axis]; left > 0;) {
    lengths.push_back(dice.pick(0, left));
    left -= lengths.back();
  }
  return split(std::move(name), 13, lengths.size(), {{"axis", dice.chance(50) ? axis : axis - rank}},
               {data(dims), ints(lengths)});
}

}  // namespace yy::test
