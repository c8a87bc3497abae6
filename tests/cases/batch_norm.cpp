#include "ops/batch_norm.h"

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double rounded = 2e-6;  // factor * x + offset in float32, where mean and value may nearly cancel

std::vector<CaseInput> inputs(Index x) {
  const Index channels{x[1]};
  return {data_in(std::move(x), -3, 3), weight(channels), weight(channels), weight(channels),
          fixed(data_in(channels, 0.25, 2))};
}

// As a pass makes it, with an activation.
Case activated(const char* name, const Activation& activation, Index x) {
  return own(name, std::make_shared<BatchNorm>(1e-5F, activation), inputs(std::move(x)), rounded);
}

// As a pass makes it from Concat: channels of each part.
Case in_parts(const char* name, const Index& channels, Index dims,
              std::optional<Activation> activation = {}) {
  std::int64_t all = 0;
  for (std::int64_t c : channels) all += c;
  dims[1] = all;
  std::vector<CaseInput> values = inputs(dims);
  for (std::size_t i = 0; i < channels.size(); ++i) {
    dims[1] = channels[i];
    CaseInput part = data_in(dims, -3, 3);
    if (i == 0) {
      values[0] = std::move(part);
    } else {
      values.push_back(std::move(part));
    }
  }
  return own(name, std::make_shared<BatchNorm>(1e-5F, activation, channels.size()), std::move(values),
             rounded);
}

}  // namespace

std::vector<Case> cases_batch_norm() {
  constexpr const char* op = "BatchNormalization";
  const CaseInput tiny = fixed(given({3}, {0, 1e-6, 1e-30}));
  return {
      node("default", op, 9, {}, inputs({2, 7, 5, 3}), rounded),
      node("spatial", op, 7, {{"spatial", 1}, {"momentum", 0.9F}}, inputs({1, 13, 4, 4}), rounded),
      node("epsilon", op, 9, {{"epsilon", 0.01F}, {"momentum", 0.99F}}, inputs({3, 16, 7, 7}), rounded),
      node("inference", op, 14, {{"training_mode", 0}}, inputs({1, 37, 3, 5}), rounded),
      node("opset_15", op, 15, {{"epsilon", 1e-3F}}, inputs({2, 3, 1, 1}), rounded),
      node("one_channel", op, 15, {}, inputs({3, 1, 6, 5}), rounded),
      node("rank_2", op, 9, {}, inputs({3, 13}), rounded),
      node("rank_3", op, 9, {}, inputs({2, 5, 11}), rounded),
      node("rank_5", op, 9, {}, inputs({2, 3, 2, 3, 2}), rounded),
      node("small_variance", op, 9, {},
           {data_in({2, 3, 4, 4}, -1, 1), weight({3}), weight({3}), weight({3}), tiny}, rounded),
      node("no_rows", op, 9, {}, inputs({0, 3, 4, 4}), rounded),
      node("wide", op, 9, {}, inputs({2, 48, 33, 31}), rounded),
      activated("relu", {.kind = Activation::Kind::relu}, {2, 37, 9, 7}),
      activated("relu_rank_2", {.kind = Activation::Kind::relu}, {5, 37}),
      activated("relu_rank_3", {.kind = Activation::Kind::relu}, {2, 5, 11}),
      activated("clip", {.kind = Activation::Kind::clip, .low = -0.5F, .high = 1}, {1, 16, 7, 5}),
      activated("hard_swish", {.kind = Activation::Kind::hard_swish}, {1, 16, 7, 5}),
      in_parts("two_parts", {7, 16}, {2, 0, 5, 3}),
      in_parts("many_parts", {16, 1, 12, 33, 12, 5}, {2, 0, 9, 7},
               Activation{.kind = Activation::Kind::relu}),
      in_parts("parts_of_nothing", {0, 3, 0}, {1, 0, 5, 3}),
      in_parts("parts_rank_2", {3, 13, 2}, {11, 0}, Activation{.kind = Activation::Kind::relu}),
      in_parts("parts_rank_3", {3, 5}, {2, 0, 11}),
      in_parts("wide_parts", {64, 32, 32}, {2, 0, 31, 29}, Activation{.kind = Activation::Kind::relu}),
  };
}

}  // namespace yy::test
