#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double rounded = 1e-5;  // the mean is taken away, which cancels

std::vector<CaseInput> inputs(Index x, Index normalised, double low = -3, double high = 3) {
  return {data_in(std::move(x), low, high), weight(normalised), weight(normalised)};
}

Case with_statistics(std::string name, std::vector<CaseInput> in, std::int64_t axis, std::size_t outputs) {
  Case c = node(std::move(name), "LayerNormalization", 17, {{"axis", axis}}, std::move(in), rounded);
  c.source.output_count = outputs;
  c.op = read_op(c.source);
  return c;
}

}  // namespace

std::vector<Case> cases_layer_norm() {
  constexpr const char* op = "LayerNormalization";
  std::vector<CaseInput> no_shift = inputs({3, 37}, {37}), dynamic = inputs({3, 37}, {37});
  no_shift.pop_back();
  for (CaseInput& input : dynamic) input.constant = false;
  return {
      node("last_axis", op, 17, {}, inputs({2, 7, 5, 48}, {48}), rounded),
      node("no_shift", op, 17, {}, no_shift, rounded),
      node("epsilon", op, 17, {{"epsilon", 0.5F}, {"stash_type", 1}}, inputs({5, 13}, {13}), rounded),
      node("two_axes", op, 17, {{"axis", -2}}, inputs({3, 5, 7}, {5, 7}), rounded),
      node("all_axes", op, 17, {{"axis", 0}}, inputs({3, 5, 7}, {3, 5, 7}), rounded),
      node("long_rows", op, 17, {}, inputs({3, 2056}, {2056}), rounded),
      node("long_odd_rows", op, 17, {{"axis", -2}}, inputs({2, 3, 701}, {3, 701}), rounded),
      node("one_element", op, 17, {}, inputs({4, 1}, {1}), rounded),
      node("far_from_zero", op, 17, {}, inputs({4, 96}, {96}, 100, 101), 1e-3),
      node("dynamic", op, 17, {}, dynamic, rounded),
      node("no_rows", op, 17, {}, inputs({0, 5}, {5}), rounded),
      node("wide", op, 17, {}, inputs({1, 28, 28, 96}, {96}), rounded),
      with_statistics("mean", inputs({2, 3, 17}, {17}), -1, 2),
      with_statistics("mean_and_deviation", inputs({2, 3, 17}, {3, 17}), 1, 3),
  };
}

}  // namespace yy::test
