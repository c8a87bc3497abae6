#include "ops/transpose.h"

#include <algorithm>
#include <numeric>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

Case transpose(std::string name, CaseInput x, Ints perm) {
  return node(std::move(name), "Transpose", 13, {{"perm", std::move(perm)}}, {std::move(x)});
}

Case reorder(std::string name, CaseInput x) {
  return own(std::move(name), std::make_shared<Reorder>(), {std::move(x)});
}

}  // namespace

std::vector<Case> cases_transpose() {
  const CaseInput x = data({2, 3, 4, 5});
  return {
      node("default", "Transpose", 1, {}, {x}),
      node("default_rank_2", "Transpose", 13, {}, {data({3, 7})}),
      node("default_rank_1", "Transpose", 13, {}, {data({7})}),
      node("default_scalar", "Transpose", 13, {}, {data({})}),
      transpose("to_nhwc", x, {0, 2, 3, 1}),
      transpose("to_nchw", x, {0, 3, 1, 2}),
      transpose("to_nhwc_odd", data({3, 37, 7, 11}), {0, 2, 3, 1}),
      transpose("identity", x, {0, 1, 2, 3}),
      transpose("last_two", x, {0, 1, 3, 2}),
      transpose("first_two", x, {1, 0, 2, 3}),
      transpose("rank_3", data({4, 5, 6}), {2, 0, 1}),
      transpose("shuffle", data({2, 2, 3, 4, 5}), {0, 2, 1, 3, 4}),
      transpose("rank_6", data({2, 1, 3, 2, 2, 2}), {5, 0, 3, 1, 4, 2}),
      transpose("ones", data({1, 37, 1, 1}), {0, 2, 3, 1}),
      transpose("nothing", data({0, 3, 2}), {1, 0, 2}),
      transpose("bytes", data({3, 5, 4}, DType::u8), {2, 0, 1}),
      transpose("int64", data({3, 5}, DType::i64), {1, 0}),
      transpose("bools", data({3, 5}, DType::boolean), {1, 0}),
      transpose("wide", data({2, 31, 37, 33}), {0, 3, 1, 2}),
      reorder("picture", x),
      reorder("odd", data({3, 37, 7, 11})),
      reorder("stem", data({2, 3, 33, 31})),
      reorder("16_channels", data({1, 16, 8, 8})),
      reorder("one_channel", data({2, 1, 5, 7})),
      reorder("one_pixel", data({3, 13, 1, 1})),
      reorder("one_row_of_pixels", data({2, 5, 1, 9})),
      reorder("no_rows", data({0, 3, 4, 4})),
      reorder("no_pixels", data({2, 3, 0, 4})),
      reorder("bytes", data({2, 3, 7, 5}, DType::u8)),
      reorder("int64", data({2, 3, 4, 2}, DType::i64)),
      reorder("int32", data({1, 7, 3, 3}, DType::i32)),
      reorder("bools", data({2, 3, 2, 2}, DType::boolean)),
      reorder("wide", data({2, 37, 41, 43})),
  };
}

Case random_transpose(Dice& dice, std::string name) {
  constexpr DType dtypes[] = {DType::f32, DType::f32, DType::i64, DType::u8};
  const DType dtype = dtypes[dice.pick(0, 3)];
  Index dims(static_cast<std::size_t>(dice.pick(1, 6)));
  for (auto& dim : dims) dim = dice.chance(3) ? 0 : dice.pick(1, 7);
  if (dims.size() == 4 && dice.chance(50)) return reorder(std::move(name), data(dims, dtype));
  Ints perm(dims.size());
  std::iota(perm.begin(), perm.end(), 0);
  for (std::int64_t i = std::ssize(perm) - 1; i > 0; --i) std::swap(perm[i], perm[dice.pick(0, i)]);
  return transpose(std::move(name), data(dims, dtype), perm);
}

}  // namespace yy::test
