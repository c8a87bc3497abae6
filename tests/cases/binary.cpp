#include <algorithm>
#include <iterator>
#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double rounded = 2e-7;  // one rounding to float32

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

CaseInput divisor(Index dims, DType dtype = DType::f32) {
  CaseInput input = data(std::move(dims), dtype);
  input.low = dtype == DType::f32 ? 0.5 : 1;
  input.high = dtype == DType::f32 ? 2 : 9;
  return input;
}

std::vector<Case> broadcasting() {
  const Index x{2, 7, 5, 3};
  return {
      node("same", "Add", 7, {}, {data(x), data(x)}, rounded),
      node("channel", "Mul", 7, {}, {data(x), data({1, 7, 1, 1})}, rounded),
      node("channel_constant", "Mul", 14, {}, {data(x), weight({1, 7, 1, 1})}, rounded),
      node("channel_constant_rank_3", "Add", 14, {}, {data(x), weight({7, 1, 1})}, rounded),
      node("per_row_and_channel", "Mul", 14, {}, {data(x), data({2, 7, 1, 1})}, rounded),
      node("constant_picture", "Add", 14, {}, {data(x), weight({1, 7, 5, 3})}, rounded),
      node("constant_first", "Sub", 14, {}, {weight({1, 7, 5, 3}), data(x)}, rounded),
      node("picture_rank_3", "Sub", 13, {}, {data(x), data({7, 5, 3})}, rounded),
      node("picture_rank_2", "Sub", 13, {}, {data(x), data({5, 3})}, rounded),
      node("last_axis", "Add", 13, {}, {data(x), data({3})}, rounded),
      node("scalar", "Mul", 13, {}, {data(x), scalar(0.25)}, rounded),
      node("scalar_first", "Div", 13, {}, {scalar(1), divisor(x)}, rounded),
      node("single_element_rank_4", "Mul", 13, {}, {data(x), data({1, 1, 1, 1})}, rounded),
      node("both_ways", "Add", 13, {}, {data({2, 1, 5, 1}), data({1, 7, 1, 3})}, rounded),
      node("lower_rank_first", "Sub", 13, {}, {data({7, 1, 3}), data({2, 1, 5, 1})}, rounded),
      node("row_of_pixels", "Div", 13, {}, {data({2, 7, 1, 3}), divisor({1, 7, 5, 1})}, rounded),
      node("one_channel", "Add", 13, {}, {data({3, 1, 4, 4}), data({3, 13, 4, 4})}, rounded),
      node("rank_5", "Mul", 13, {}, {data({2, 1, 3, 1, 2}), data({4, 1, 3, 2})}, rounded),
      node("rank_2", "Add", 13, {}, {data({3, 13}), data({13})}, rounded),
      node("column", "Sub", 13, {}, {data({3, 13}), data({3, 1})}, rounded),
      node("scalars", "Div", 13, {}, {given({}, {3}), given({}, {8})}, rounded),
      node("no_rows", "Add", 13, {}, {data({0, 7, 5, 3}), data({1, 7, 1, 1})}, rounded),
      node("no_rows_against_one", "Mul", 13, {}, {data({1, 7, 5, 3}), data({0, 7, 5, 3})}, rounded),
      node("wide", "Add", 13, {}, {data({1, 37, 33, 31}), data({1, 37, 33, 31})}, rounded),
      node("wide_channel", "Mul", 13, {}, {data({3, 37, 33, 31}), data({3, 37, 1, 1})}, rounded),
  };
}

std::vector<Case> numbers() {
  const double inf = std::numeric_limits<double>::infinity();
  const DType i32 = DType::i32, i64 = DType::i64, i8 = DType::i8, u8 = DType::u8;
  return {
      node("float_by_zero", "Div", 14, {}, {given({4}, {1, -1, 0, 5}), given({4}, {0, 0, 0, -0.0})}, rounded),
      node("infinite", "Sub", 14, {}, {given({3}, {inf, -inf, inf}), given({3}, {1, 1, inf})}, rounded),
      node("int64", "Add", 14, {}, {data({3, 5}, i64), data({5}, i64)}),
      node("int64", "Mul", 14, {}, {data({2, 3, 2, 2}, i64), data({1, 3, 1, 1}, i64)}),
      node("int64_constants", "Sub", 14, {}, {ints({7, -7, 0}), ints({2})}),
      node("int64_wraps", "Add", 14, {}, {ints({most, least}), ints({1, -1})}),
      node("int64_wraps", "Mul", 14, {}, {ints({most, least, -3}), ints({2, -1, most})}),
      node("int64_large", "Sub", 14, {}, {ints({(1LL << 53) + 1, most}), ints({1, 1})}),
      node("int64_truncates", "Div", 14, {}, {ints({7, -7, 7, -7, 0, 1}), ints({2, 2, -2, -2, 5, -9})}),
      node("int64_least_by_minus_one", "Div", 14, {}, {ints({least, most, 5}), ints({-1})}),
      node("int32", "Add", 14, {}, {data({2, 3, 4}, i32), data({3, 1}, i32)}),
      node("int32_wraps", "Sub", 14, {}, {ints({-2147483648LL, 5}, i32), ints({1, 7}, i32)}),
      node("int32_truncates", "Div", 14, {}, {ints({7, -7, 9, -9}, i32), ints({2, 2, -4, -4}, i32)}),
      node("int32_least_by_minus_one", "Div", 14, {}, {ints({-2147483648LL, 8}, i32), ints({-1}, i32)}),
      node("int32_picture", "Div", 14, {}, {data({2, 3, 4, 5}, i32), divisor({2, 3, 4, 5}, i32)}),
      node("int8", "Add", 14, {}, {data({2, 3, 4}, i8), data({3, 4}, i8)}),
      node("int8_wraps", "Mul", 14, {}, {data({2, 3, 4, 5}, i8), data({1, 3, 1, 1}, i8)}),
      node("int8_truncates", "Div", 14, {}, {ints({7, -7, 127, -128, 5}, i8), ints({2, 2, -1, -1, 0}, i8)}),
      node("uint8_wraps", "Sub", 14, {}, {data({2, 3, 4, 5}, u8), data({5}, u8)}),
      node("uint8", "Mul", 14, {}, {data({37}, u8), data({37}, u8)}),
      node("uint8", "Div", 14, {}, {ints({200, 255, 7, 255}, u8), ints({3, 255, 0, 2}, u8)}),
      // Undefined in ONNX; ours gives 0, which matters less than that it does not trap.
      node("int64_by_zero", "Div", 14, {}, {ints({7, least, 0}), ints({0})}),
      node("int32_by_zero", "Div", 14, {}, {ints({7, -1}, i32), ints({0, 0}, i32)}),
  };
}

}  // namespace

std::vector<Case> cases_binary() {
  std::vector<Case> all = broadcasting();
  std::ranges::move(numbers(), std::back_inserter(all));
  return all;
}

Case random_binary(Dice& dice, std::string name) {
  constexpr const char* ops[] = {"Add", "Sub", "Mul", "Div"};
  constexpr DType dtypes[] = {DType::f32, DType::f32, DType::f32, DType::i64, DType::i32};
  const DType dtype = dtypes[dice.pick(0, 4)];
  const std::int64_t rank = dice.chance(60) ? 4 : dice.pick(0, 5);
  Index a, b;
  for (std::int64_t i = 0; i < rank; ++i) {
    const std::int64_t dim = dice.chance(3) ? 0 : dice.pick(1, 9);
    const bool shared = dice.chance(60);
    a.push_back(shared || dice.chance(50) ? dim : 1);
    b.push_back(shared || a.back() == 1 ? dim : 1);
  }
  Index& shorter = dice.chance(50) ? a : b;
  shorter.erase(shorter.begin(), shorter.begin() + (dice.chance(30) ? dice.pick(0, rank) : 0));
  CaseInput right = divisor(b, dtype);
  if (dice.chance(30)) right = fixed(right);
  return node(std::move(name), ops[dice.pick(0, 3)], 14, {}, {data(a, dtype), right}, rounded);
}

}  // namespace yy::test
