#include "ops/select.h"

#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

Case select(std::string name, std::vector<double> confidence, double threshold, std::int64_t valid) {
  const std::int64_t rows = std::ssize(confidence);
  return own(std::move(name), std::make_shared<Select>(),
             {given({rows}, std::move(confidence)), given({1}, {threshold}),
              given({1}, {static_cast<double>(valid)}, DType::i32)});
}

}  // namespace

std::vector<Case> cases_select() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> mixed{0.9, 0.3, 0.6, 0.99, 0.1, 0.6, 0.7};
  return {
      select("some", mixed, 0.65, 7),
      select("order_rises", {0.1, 0.9, 0.2, 0.05, 0.8, 0.3}, 0.5, 6),
      select("zero_defers_none", mixed, 0, 7),
      select("one_defers_all", {1, 0.5, 1, 0.999}, 1, 4),
      select("equal_is_deferred", {0.5, 0.25, 0.75}, 0.5, 3),
      select("zero_confidence_at_zero", {0, 0.1}, 0, 2),
      select("nan_is_deferred", {nan, 0.9, nan}, 0, 3),
      select("nan_threshold_defers_all", {0.9, 0.1}, nan, 2),
      select("fewer_valid", mixed, 0.65, 3),
      select("none_valid", mixed, 0.65, 0),
      select("all_sure", mixed, 0.05, 7),
      select("one_row", {0.4}, 0.5, 1),
      select("beyond_valid_is_not_read", {0.9, nan, nan}, 0.5, 1),
  };
}

}  // namespace yy::test
