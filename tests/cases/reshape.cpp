#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr DType i64 = DType::i64;

std::vector<Case> same_elements() {
  const CaseInput x = data({2, 3, 4, 5});
  return {
      node("flat", "Reshape", 5, {}, {x, ints({120})}),
      node("rest", "Reshape", 13, {}, {x, ints({2, -1})}),
      node("copies_dims", "Reshape", 13, {}, {x, ints({0, 0, -1})}),
      node("zero_and_rest", "Reshape", 14, {{"allowzero", 0}}, {x, ints({-1, 0, 2, 10})}),
      node("allowzero", "Reshape", 14, {{"allowzero", 1}}, {data({0, 3, 4}), ints({3, 0})}),
      node("allowzero_unused", "Reshape", 14, {{"allowzero", 1}}, {x, ints({6, -1})}),
      node("nothing", "Reshape", 13, {}, {data({0, 3}), ints({0, 3, 1})}),
      node("nothing_rest", "Reshape", 13, {}, {data({0, 6}), ints({-1, 3})}),
      node("to_rank_4", "Reshape", 13, {}, {data({2, 60}), ints({2, 3, 4, 5})}),
      node("rank_4_to_rank_4", "Reshape", 13, {}, {x, ints({2, 4, 5, 3})}),
      node("to_scalar", "Reshape", 13, {}, {data({1, 1}), ints({})}),
      node("from_scalar", "Reshape", 13, {}, {data({}), ints({1, 1})}),
      node("shuffle", "Reshape", 13, {}, {data({1, 6, 3, 3}), ints({1, 2, 3, 3, 3})}),
      node("bytes", "Reshape", 13, {}, {data({4, 3}, DType::u8), ints({-1})}),
      node("default", "Flatten", 9, {}, {x}),
      node("axis_0", "Flatten", 13, {{"axis", 0}}, {x}),
      node("axis_2", "Flatten", 13, {{"axis", 2}}, {x}),
      node("axis_is_rank", "Flatten", 13, {{"axis", 4}}, {x}),
      node("from_back", "Flatten", 13, {{"axis", -1}}, {x}),
      node("rank_2", "Flatten", 1, {}, {data({3, 7})}),
      node("rank_1", "Flatten", 13, {}, {data({7})}),
      node("scalar", "Flatten", 13, {{"axis", 0}}, {data({})}),
      node("no_rows", "Flatten", 13, {}, {data({0, 3, 4})}),
      node("one_pixel", "Flatten", 13, {}, {data({3, 37, 1, 1})}),
      node("float", "Identity", 1, {}, {x}),
      node("int64", "Identity", 14, {}, {data({3}, i64)}),
      node("constant", "Identity", 16, {}, {ints({1, 2, 3})}),
      node("scalar", "Identity", 13, {}, {data({})}),
      node("default", "Dropout", 7, {}, {x}),
      node("ratio", "Dropout", 10, {{"ratio", 0.3F}}, {x}),
      node("inputs", "Dropout", 12, {{"seed", 7}}, {x, scalar(0.4)}),
      node("training_mode_off", "Dropout", 13, {}, {x, scalar(0.4), scalar(0, DType::boolean)}),
      node("mask", "Dropout", 13, {}, {x, scalar(0.4)}, 0, 2),
      node("mask_rank_2", "Dropout", 7, {}, {data({3, 5})}, 0, 2),
      node("ratio_absent", "Dropout", 13, {}, {x, absent(), scalar(0, DType::boolean)}),
  };
}

std::vector<Case> ones() {
  const CaseInput pooled = data({2, 37, 1, 1});
  return {
      node("attribute", "Squeeze", 11, {{"axes", Ints{2, 3}}}, {pooled}),
      node("attribute_from_back", "Squeeze", 11, {{"axes", Ints{-1}}}, {pooled}),
      node("all", "Squeeze", 11, {}, {data({1, 3, 1, 5, 1})}),
      node("all_ones", "Squeeze", 1, {}, {data({1, 1})}),
      node("input", "Squeeze", 13, {}, {pooled, ints({3, 2})}),
      node("input_from_back", "Squeeze", 13, {}, {pooled, ints({-2})}),
      node("input_absent", "Squeeze", 13, {}, {data({1, 3, 1})}),
      node("no_axes_named", "Squeeze", 13, {}, {data({1, 3, 1}), ints({})}),
      node("int64", "Squeeze", 13, {}, {data({1}, i64), ints({0})}),
      node("attribute", "Unsqueeze", 11, {{"axes", Ints{0}}}, {data({3, 4})}),
      node("attribute_several", "Unsqueeze", 11, {{"axes", Ints{0, 4}}}, {data({3, 4, 5})}),
      node("attribute_unordered", "Unsqueeze", 11, {{"axes", Ints{3, 0, 1}}}, {data({3, 4})}),
      node("attribute_from_back", "Unsqueeze", 11, {{"axes", Ints{-1, 0}}}, {data({3, 4})}),
      node("input", "Unsqueeze", 13, {}, {data({3, 4}), ints({1, 2})}),
      node("input_from_back", "Unsqueeze", 13, {}, {data({3, 4}), ints({-1, -2})}),
      node("scalar", "Unsqueeze", 13, {}, {data({}, i64), ints({0})}),
      node("no_rows", "Unsqueeze", 13, {}, {data({0, 4}), ints({1})}),
      node("to_rank_4", "Unsqueeze", 13, {}, {data({2, 37}), ints({2, 3})}),
  };
}

}  // namespace

std::vector<Case> cases_reshape() {
  std::vector<Case> all = same_elements();
  for (Case& c : ones()) all.push_back(std::move(c));
  return all;
}

}  // namespace yy::test
