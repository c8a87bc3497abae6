#include "ops/normalise_rows.h"

#include "tests/cases/case.h"

namespace yy::test {
namespace {

CaseInput list(const Ints& values) {
  CaseInput input = ints(values, DType::i32);
  input.constant = false;
  return input;
}

// Of `there` pictures of size x size.
Case rows(std::string name, std::int64_t there, std::int64_t size, const Ints& index, std::int64_t count,
          CaseInput table = data({3, 256})) {
  return own(std::move(name), std::make_shared<NormaliseRows>(),
             {data({there, 3, size, size}, DType::u8), list(index), list({count}), std::move(table)});
}

// What networks that learned from ImageNet read.
CaseInput table_of_mean_and_std() {
  constexpr float mean[] = {123.675F, 116.28F, 103.53F}, std[] = {58.395F, 57.12F, 57.375F};
  std::vector<double> values;
  for (int c = 0; c < 3; ++c) {
    for (int value = 0; value < 256; ++value) {
      values.push_back(static_cast<double>((static_cast<float>(value) - mean[c]) / std[c]));
    }
  }
  return given({3, 256}, std::move(values));
}

}  // namespace

std::vector<Case> cases_normalise_rows() {
  return {
      rows("all", 5, 8, {4, 2, 0, 1, 3}, 5),
      rows("some", 5, 8, {3, 1, 99, -1}, 2),
      rows("none", 5, 8, {1, 2}, 0),
      rows("fewer_than_none", 5, 8, {1, 2}, -3),
      rows("more_than_there_are", 3, 8, {1, 0, 2}, 7),
      rows("duplicates", 3, 8, {1, 1, 0, 1}, 4),
      rows("one_pixel", 7, 1, {6, 0, 3}, 3),
      rows("two_by_two", 5, 2, {4, 1, 1, 0}, 3),
      rows("three_by_three", 4, 3, {3, 0, 2}, 2),
      rows("odd", 4, 5, {2, 0, 3, 3}, 3),
      rows("odd_of_several_blocks", 3, 29, {2, 0, 1}, 2),
      rows("blocks_end_in_rows", 3, 32, {2, 0, 1, 2}, 3),
      rows("a_block_by_itself", 1, 64, {0}, 1),
      rows("mean_and_std", 2, 32, {1, 0}, 2, table_of_mean_and_std()),
      rows("constant_table", 2, 8, {1, 0}, 2, fixed(data({3, 256}))),
      rows("no_rows", 2, 8, {}, 0),
      rows("wide", 4, 96, {3, 1, 0}, 3),
  };
}

Case random_normalise_rows(Dice& dice, std::string name) {
  const std::int64_t there = dice.pick(1, 9), n = dice.pick(1, 9);
  Ints index;
  for (std::int64_t i = 0; i < n; ++i) index.push_back(dice.pick(0, there - 1));
  return rows(std::move(name), there, dice.pick(1, 40), index, dice.pick(0, n + 1));
}

}  // namespace yy::test
