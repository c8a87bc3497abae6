#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double rounded = 2e-6;  // exp in float32

Case softmax(std::string name, CaseInput x, int opset, AttributeList attributes = {}) {
  return node(std::move(name), "Softmax", opset, std::move(attributes), {std::move(x)}, rounded);
}

}  // namespace

std::vector<Case> cases_softmax() {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const CaseInput x = data_in({2, 3, 4, 5}, -4, 4);
  return {
      softmax("classes", data_in({3, 1000}, -10, 15), 13, {{"axis", 1}}),
      softmax("default_13", x, 13),
      softmax("default_11", x, 11),
      softmax("axis_1", x, 13, {{"axis", 1}}),
      softmax("axis_2", x, 13, {{"axis", 2}}),
      softmax("axis_0", x, 13, {{"axis", 0}}),
      softmax("from_back", x, 13, {{"axis", -3}}),
      softmax("flattens_from_2", x, 7, {{"axis", 2}}),
      softmax("flattens_from_0", x, 11, {{"axis", 0}}),
      softmax("flattens_last", x, 12, {{"axis", -1}}),
      softmax("old_one_pixel", data_in({3, 37, 1, 1}, -3, 3), 11),
      softmax("one_pixel", data_in({3, 37, 1, 1}, -3, 3), 13, {{"axis", 1}}),
      softmax("rank_1", data({7}), 13),
      softmax("one_class", data({3, 1}), 13),
      softmax("no_rows", data({0, 5}), 13),
      softmax("no_rows_axis_0", data({0, 5}), 13, {{"axis", 0}}),
      softmax("no_classes", data({3, 0}), 13),
      softmax("huge", given({3, 3}, {1e30, 0, -1e30, 3e38, 3e38, -3e38, -1e30, -1e30, -1e30}), 13),
      softmax("far_apart", given({2, 3}, {0, -200, 90, 88, 89, -88}), 13),
      softmax("minus_infinity", given({1, 3}, {-inf, 1, 0}), 13),
      softmax("nan_stays_in_its_row", given({2, 2}, {nan, 1, 0, 1}), 13),
      softmax("wide", data_in({2, 37, 33, 31}, -2, 2), 13, {{"axis", 1}}),
  };
}

Case random_softmax(Dice& dice, std::string name) {
  Index dims(static_cast<std::size_t>(dice.pick(1, 5)));
  for (auto& dim : dims) dim = dice.pick(1, 9);
  const std::int64_t rank = std::ssize(dims);
  AttributeList attributes{{"axis", dice.pick(-rank, rank - 1)}};
  return softmax(std::move(name), data_in(dims, -6, 6), dice.chance(50) ? 13 : 11, std::move(attributes));
}

}  // namespace yy::test
