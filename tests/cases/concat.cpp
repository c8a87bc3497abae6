#include "tests/cases/case.h"

namespace yy::test {

std::vector<Case> cases_concat() {
  const DType i64 = DType::i64;
  return {
      node("channels", "Concat", 4, {{"axis", 1}}, {data({2, 16, 5, 5}), data({2, 16, 5, 5})}),
      node("odd_channels", "Concat", 11, {{"axis", 1}},
           {data({2, 3, 4, 5}), data({2, 13, 4, 5}), data({2, 1, 4, 5})}),
      node("channels_from_back", "Concat", 13, {{"axis", -3}}, {data({1, 7, 3, 3}), data({1, 37, 3, 3})}),
      node("rows", "Concat", 13, {{"axis", 0}}, {data({1, 7, 3, 3}), data({2, 7, 3, 3})}),
      node("height", "Concat", 13, {{"axis", 2}}, {data({2, 3, 1, 4}), data({2, 3, 5, 4})}),
      node("width", "Concat", 13, {{"axis", 3}}, {data({2, 3, 4, 1}), data({2, 3, 4, 5})}),
      node("last", "Concat", 13, {{"axis", -1}}, {data({3, 4}), data({3, 1}), data({3, 7})}),
      node("single", "Concat", 13, {{"axis", 1}}, {data({2, 3, 4, 5})}),
      node("many", "Concat", 13, {{"axis", 1}},
           {data({1, 5, 3, 3}), data({1, 5, 3, 3}), data({1, 5, 3, 3}), data({1, 5, 3, 3}),
            data({1, 5, 3, 3}), data({1, 5, 3, 3}), data({1, 5, 3, 3})}),
      node("one_is_empty", "Concat", 13, {{"axis", 1}}, {data({2, 0, 3, 3}), data({2, 4, 3, 3})}),
      node("all_are_empty", "Concat", 13, {{"axis", 1}}, {data({0, 3}), data({0, 4})}),
      node("with_constant", "Concat", 13, {{"axis", 1}}, {data({2, 3, 2, 4}), weight({2, 5, 2, 4})}),
      node("shape_arithmetic", "Concat", 13, {{"axis", 0}}, {ints({1}), ints({-1}), ints({3, 4})}),
      node("int64", "Concat", 13, {{"axis", 1}}, {data({2, 3}, i64), data({2, 1}, i64)}),
      node("int32", "Concat", 13, {{"axis", 0}}, {data({2, 3}, DType::i32), data({1, 3}, DType::i32)}),
      node("bytes", "Concat", 13, {{"axis", 1}},
           {data({2, 3, 5, 3}, DType::u8), data({2, 4, 5, 3}, DType::u8)}),
      node("bools", "Concat", 13, {{"axis", 0}}, {data({3}, DType::boolean), data({2}, DType::boolean)}),
      node("int8", "Concat", 13, {{"axis", 2}}, {data({2, 3, 5}, DType::i8), data({2, 3, 2}, DType::i8)}),
      node("wide", "Concat", 13, {{"axis", 1}}, {data({2, 37, 31, 33}), data({2, 24, 31, 33})}),
  };
}

Case random_concat(Dice& dice, std::string name) {
  constexpr DType dtypes[] = {DType::f32, DType::f32, DType::i64, DType::u8};
  const DType dtype = dtypes[dice.pick(0, 3)];
  Index dims(static_cast<std::size_t>(dice.chance(60) ? 4 : dice.pick(1, 5)));
  for (auto& dim : dims) dim = dice.chance(3) ? 0 : dice.pick(1, 9);
  const std::int64_t axis = dice.pick(0, std::ssize(dims) - 1);
  std::vector<CaseInput> inputs;
  for (std::int64_t i = dice.pick(1, 5); i-- > 0;) {
    dims[axis] = dice.chance(5) ? 0 : dice.pick(1, 17);
    inputs.push_back(data(dims, dtype));
  }
  const std::int64_t spelled = dice.chance(30) ? axis - std::ssize(dims) : axis;
  return node(std::move(name), "Concat", 13, {{"axis", spelled}}, std::move(inputs));
}

}  // namespace yy::test
