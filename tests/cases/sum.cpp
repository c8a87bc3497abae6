#include "tests/cases/case.h"

namespace yy::test {

std::vector<Case> cases_sum() {
  constexpr double rounded = 4e-7;
  const Index x{2, 7, 5, 3};
  return {
      node("one", "Sum", 13, {}, {data(x)}, rounded),
      node("two", "Sum", 8, {}, {data(x), data(x)}, rounded),
      node("three", "Sum", 13, {}, {data(x), data(x), data(x)}, rounded),
      node("five_rank_1", "Sum", 13, {}, {data({9}), data({9}), data({9}), data({9}), weight({9})}, rounded),
      node("channel", "Sum", 13, {}, {data(x), data({7, 1, 1}), scalar(0.5)}, rounded),
      node("first_is_smaller", "Sum", 13, {}, {data({5, 1}), data(x), data({3})}, rounded),
      node("no_input_is_whole", "Sum", 13, {}, {data({2, 1, 5, 1}), data({1, 7, 1, 3}), data({3})}, rounded),
      node("constants", "Sum", 13, {}, {weight({3}), weight({2, 1}), scalar(1)}, rounded),
      node("no_rows", "Sum", 13, {}, {data({0, 3}), data({1, 3})}, rounded),
      node("wide", "Sum", 13, {}, {data({1, 37, 33, 31}), data({1, 37, 33, 31}), weight({37, 1, 1})},
           rounded),
  };
}

}  // namespace yy::test
