#include "ops/channel_map.h"

#include "tests/cases/case.h"

namespace yy::test {
namespace {

using Output = ChannelMap::Output;

Output run(std::int32_t input, std::int32_t from, std::int32_t count) {
  Output result;
  for (std::int32_t i = 0; i < count; ++i) result.push_back({input, from + i});
  return result;
}

Output joined(Output a, const Output& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Output shuffled(const Output& from, std::size_t groups) {
  Output result;
  for (std::size_t i = 0; i < from.size(); ++i) {
    result.push_back(from[i % groups * (from.size() / groups) + i / groups]);
  }
  return result;
}

Output scattered(std::int32_t inputs, std::int32_t channels, std::size_t count) {
  Dice dice(1, "channel_map", 0);
  Output result;
  while (result.size() < count) {
    result.push_back({static_cast<std::int32_t>(dice.pick(0, inputs - 1)),
                      static_cast<std::int32_t>(dice.pick(0, channels - 1))});
  }
  return result;
}

Case mapped(std::string name, std::vector<Output> outputs, std::vector<CaseInput> inputs) {
  return own(std::move(name), std::make_shared<ChannelMap>(std::move(outputs)), std::move(inputs));
}

}  // namespace

std::vector<Case> cases_channel_map() {
  const CaseInput x = data({2, 12, 5, 3}), y = data({2, 20, 5, 3});
  const Output unit = shuffled(joined(run(0, 0, 12), run(1, 4, 12)), 2);
  const Output first(unit.begin(), unit.begin() + 12), second(unit.begin() + 12, unit.end());
  return {
      mapped("concat", {joined(run(0, 0, 12), run(1, 0, 20))}, {x, y}),
      mapped("split", {run(0, 0, 5), run(0, 5, 7)}, {x}),
      mapped("shuffle_2", {shuffled(run(0, 0, 12), 2)}, {x}),
      mapped("shuffle_3", {shuffled(run(0, 0, 12), 3)}, {x}),
      mapped("shuffle_all", {shuffled(run(0, 0, 12), 12)}, {x}),
      mapped("unit", {first, second}, {x, y}),
      mapped("unit_whole", {unit}, {x, y}),
      mapped("reversed_zip", {shuffled(joined(run(1, 0, 4), run(0, 3, 4)), 2)}, {x, y}),
      mapped("uneven_zip", {{{0, 0}, {1, 0}, {0, 1}, {1, 1}, {0, 2}}}, {x, y}),
      mapped("one_channel", {{{1, 19}}}, {x, y}),
      mapped("repeated", {{{0, 3}, {0, 3}, {0, 3}, {0, 4}}}, {x}),
      mapped("backwards", {{{0, 5}, {0, 4}, {0, 3}, {0, 2}}}, {x}),
      mapped("scattered", {scattered(2, 12, 31), scattered(2, 12, 9)}, {x, y}),
      mapped("int8", {unit}, {data({2, 12, 5, 3}, DType::i8), data({2, 20, 5, 3}, DType::i8)}),
      mapped("int64", {unit}, {data({2, 12, 5, 3}, DType::i64), data({2, 20, 5, 3}, DType::i64)}),
      mapped("no_rows", {run(0, 1, 2)}, {data({0, 3, 4, 4})}),
      mapped("many_inputs", {{{17, 1}, {0, 2}, {16, 0}, {15, 2}, {17, 0}}, run(1, 0, 3)},
             std::vector<CaseInput>(18, data({2, 3, 2, 3}))),
      mapped("wide", {first, second}, {data({1, 12, 56, 55}), data({1, 20, 56, 55})}),
  };
}

}  // namespace yy::test
