#include "ops/rows.h"

#include "tests/cases/case.h"

namespace yy::test {
namespace {

CaseInput list(const Ints& values) {
  CaseInput input = ints(values, DType::i32);
  input.constant = false;
  return input;
}

Case gather(std::string name, CaseInput rows, const Ints& index, std::int64_t count) {
  return own(std::move(name), std::make_shared<Rows>(Rows::Kind::gather),
             {std::move(rows), list(index), list({count})});
}

// `index` tells the number of rows; into is as wide as they are.
Case scatter(std::string name, CaseInput into, const Ints& index, std::int64_t count) {
  CaseInput rows = into;
  rows.dims[0] = std::ssize(index);
  return own(std::move(name), std::make_shared<Rows>(Rows::Kind::scatter),
             {std::move(rows), list(index), list({count}), std::move(into)});
}

}  // namespace

std::vector<Case> cases_rows() {
  const DType u8 = DType::u8, i32 = DType::i32, i64 = DType::i64;
  return {
      gather("all", data({5, 7}), {4, 2, 0, 1, 3}, 5),
      gather("some", data({5, 7}), {3, 1, 99, -1}, 2),
      gather("none", data({5, 7}), {1, 2}, 0),
      gather("duplicates", data({3, 4}), {1, 1, 0, 1}, 4),
      gather("pictures", data({4, 3, 5, 7}), {2, 0}, 2),
      gather("bytes", data({4, 11, 13, 3}, u8), {3, 0, 2}, 2),
      gather("labels", data({6}, i32), {5, 1}, 2),
      gather("int64", data({3, 2}, i64), {2, 2, 2}, 3),
      gather("more_than_there_are", data({2, 3}), {1, 0, 1, 0, 0}, 4),
      gather("empty_rows", data({3, 0}), {1, 2}, 2),
      gather("wide", data({3, 300, 130}), {2, 0}, 2),
      scatter("all", data({5, 7}), {4, 2, 0, 1, 3}, 5),
      scatter("some", data({5, 7}), {3, 1, 99, -1}, 2),
      scatter("none", data({5, 7}), {1, 2}, 0),
      scatter("one_of_one", data({1, 3}), {0}, 1),
      scatter("labels", data({6}, i32), {5, 1}, 2),
      scatter("confidences", data({6}), {0, 5}, 1),
      scatter("pictures", data({4, 3, 5, 7}), {2, 0}, 2),
      scatter("bytes", data({4, 11, 13, 3}, u8), {3, 0, 2}, 2),
      scatter("int64", data({3, 2}, i64), {2, 0}, 2),
      scatter("wide", data({3, 300, 130}), {2, 0}, 2),
  };
}

}  // namespace yy::test
