#include <limits>

#include "tests/cases/case.h"

namespace yy::test {

std::vector<Case> cases_pow() {
  constexpr double powered = 1e-6;
  const DType i32 = DType::i32, i64 = DType::i64;
  const double inf = std::numeric_limits<double>::infinity();
  const Index x{2, 7, 5, 3};
  const CaseInput positive = data_in(x, 0.25, 4);
  const auto small = [](Index dims, DType dtype, double high) {
    CaseInput input = data(std::move(dims), dtype);
    input.low = 0;
    input.high = high;
    return input;
  };
  return {
      node("square", "Pow", 13, {}, {data(x), scalar(2)}, powered),
      node("square_data", "Pow", 13, {}, {data(x), data_in({1}, 2, 2)}, powered),
      node("root", "Pow", 13, {}, {positive, scalar(0.5)}, powered),
      node("cube", "Pow", 12, {}, {data(x), scalar(3)}, powered),
      node("cube_of_rank_2", "Pow", 12, {}, {data({3, 4}), fixed(given({1, 1}, {3}))}, powered),
      node("square_gains_a_rank", "Pow", 12, {}, {data({3}), fixed(given({1, 1}, {2}))}, powered),
      node("same", "Pow", 7, {}, {positive, data(x)}, powered),
      node("channel", "Pow", 7, {}, {positive, data({7, 1, 1})}, powered),
      node("scalar_base", "Pow", 13, {}, {given({}, {2}), data({3, 4})}, powered),
      node("negative_base", "Pow", 13, {}, {given({4}, {-2, -2, -8, 0}), given({4}, {3, -1, 0.5, 0})},
           powered),
      node("special", "Pow", 13, {}, {given({4}, {0, inf, -inf, 1}), given({4}, {-1, 0, 3, inf})}, powered),
      node("float_by_int64", "Pow", 13, {}, {data(x), small({3}, i64, 4)}, powered),
      node("float_by_int32", "Pow", 13, {}, {data(x), small(x, i32, 4)}, powered),
      node("int64", "Pow", 15, {}, {data({2, 5}, i64), small({5}, i64, 6)}),
      node("int32", "Pow", 15, {}, {data({2, 5}, i32), small({5}, i32, 6)}),
      node("int32_by_int64", "Pow", 15, {}, {data({7}, i32), small({7}, i64, 6)}),
      node("int64_by_float", "Pow", 15, {}, {data({7}, i64), fixed(given({7}, {0, 1, 2, 3, 4, 5, 6}))}),
      node("int32_by_float", "Pow", 15, {}, {ints({2, 3, 100, -2}, i32), given({4}, {-1, 2.5, 9, 3})}),
      node("int64_wraps", "Pow", 15, {}, {ints({3, 2, -7}), ints({63, 64, 41})}),
      node("int64_negative", "Pow", 15, {}, {ints({1, -1, -1, 5, 0}), ints({-3, -2, -3, -1, -1})}),
      node("no_rows", "Pow", 13, {}, {data({0, 3}), scalar(2)}, powered),
      node("wide", "Pow", 13, {}, {data({2, 37, 33, 31}), scalar(2)}, powered),
  };
}

}  // namespace yy::test
