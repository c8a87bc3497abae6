#include "tests/cases/case.h"

namespace yy::test {

std::vector<Case> cases_gather() {
  const DType i64 = DType::i64, i32 = DType::i32;
  const CaseInput grid = fixed(given({2, 3}, {0, 4, -1, 2, 2, -5}, i64));
  return {
      node("rows", "Gather", 1, {}, {data({5, 4}), ints({0, 3, 3, 1})}),
      node("axis_1", "Gather", 11, {{"axis", 1}}, {data({3, 5, 2}), ints({4, 0})}),
      node("last_axis", "Gather", 13, {{"axis", -1}}, {data({3, 5}), ints({4, 0, 2})}),
      node("negative", "Gather", 13, {{"axis", 1}}, {data({3, 5}), ints({-1, -5, 2})}),
      node("scalar_index", "Gather", 13, {{"axis", 1}}, {data({3, 5, 2}), scalar(2, i64)}),
      node("scalar_negative", "Gather", 13, {}, {data({3, 5}), scalar(-1, i64)}),
      node("of_a_shape", "Gather", 13, {}, {fixed(data({4}, i64)), scalar(2, i64)}),
      node("index_of_rank_2", "Gather", 13, {{"axis", 1}}, {data({2, 5, 3}), grid}),
      node("int32_index", "Gather", 13, {{"axis", 0}}, {data({5, 3}), ints({1, -2, 4}, i32)}),
      node("channels", "Gather", 13, {{"axis", 1}}, {data({2, 6, 3, 3}), ints({5, 4, 3, 2, 1, 0})}),
      node("channel_drops_axis", "Gather", 13, {{"axis", 1}}, {data({2, 6, 3, 4}), scalar(3, i64)}),
      node("makes_rank_4", "Gather", 13, {{"axis", 1}},
           {data({2, 6, 3}), fixed(given({2, 2}, {0, 5, 1, 3}, i64))}),
      node("nothing", "Gather", 13, {}, {data({3, 5}), ints({})}),
      node("of_nothing", "Gather", 13, {{"axis", 1}}, {data({0, 5}), ints({1, 2})}),
      node("bytes", "Gather", 13, {{"axis", 1}}, {data({3, 4, 3}, DType::u8), ints({2, 2, 0})}),
      node("int64", "Gather", 13, {}, {data({7}, i64), ints({6, 0})}),
      node("bools", "Gather", 13, {}, {data({4, 3}, DType::boolean), ints({2, 1})}),
      node("wide", "Gather", 13, {{"axis", 2}}, {data({2, 37, 40}), ints({39, 0, 17, 17, -3})}),
  };
}

}  // namespace yy::test
