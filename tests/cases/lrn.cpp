#include "tests/cases/case.h"

namespace yy::test {

std::vector<Case> cases_lrn() {
  constexpr double powered = 3e-6;  // a sum of squares, two roots or a power, and a division in float32
  const auto lrn = [](std::string name, Index x, AttributeList attributes) {
    return node(std::move(name), "LRN", 13, std::move(attributes), {data_in(std::move(x), -9, 9)}, powered);
  };
  return {
      lrn("alexnet", {1, 96, 5, 5}, {{"size", 5}, {"alpha", 1e-4F}, {"beta", 0.75F}, {"bias", 1.F}}),
      lrn("defaults", {2, 7, 3, 4}, {{"size", 3}}),
      lrn("large_alpha", {2, 13, 4, 3}, {{"size", 5}, {"alpha", 0.5F}, {"bias", 2.F}}),
      lrn("even_size", {1, 9, 3, 3}, {{"size", 4}, {"alpha", 0.5F}}),
      lrn("size_2", {1, 70, 2, 2}, {{"size", 2}, {"alpha", 0.5F}}),
      lrn("size_1", {1, 5, 2, 2}, {{"size", 1}, {"alpha", 0.5F}}),
      lrn("size_beyond_channels", {2, 3, 3, 2}, {{"size", 11}, {"alpha", 0.5F}}),
      lrn("beta_half", {1, 66, 3, 3}, {{"size", 5}, {"alpha", 0.5F}, {"beta", 0.5F}}),
      lrn("beta_one", {1, 6, 3, 3}, {{"size", 5}, {"alpha", 0.5F}, {"beta", 1.F}}),
      lrn("rank_2", {3, 37}, {{"size", 5}, {"alpha", 0.5F}}),
      lrn("rank_3", {2, 5, 70}, {{"size", 3}, {"alpha", 0.5F}}),
      lrn("rank_5", {1, 6, 2, 3, 2}, {{"size", 3}, {"alpha", 0.5F}}),
      lrn("one_channel", {2, 1, 4, 4}, {{"size", 5}, {"alpha", 0.5F}}),
      lrn("no_rows", {0, 5, 4, 4}, {{"size", 5}}),
      lrn("wide", {2, 64, 27, 27}, {{"size", 5}, {"alpha", 2e-2F}}),
  };
}

}  // namespace yy::test
