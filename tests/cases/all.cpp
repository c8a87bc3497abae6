// The one list of case tables: an operator of ops/op_list.inc whose family has no table is a link error.
#include <fmt/format.h>
#include <map>

#include "tests/cases/case.h"

namespace yy::test {

#define YY_OP(name, family, devices) std::vector<Case> cases_##family();
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP

Case random_binary(Dice& dice, std::string name);
Case random_concat(Dice& dice, std::string name);
Case random_conv(Dice& dice, std::string name);
Case random_gemm(Dice& dice, std::string name);
Case random_matmul(Dice& dice, std::string name);
Case random_normalise_rows(Dice& dice, std::string name);
Case random_pad(Dice& dice, std::string name);
Case random_pool(Dice& dice, std::string name);
Case random_queue(Dice& dice, std::string name);
Case random_reduce(Dice& dice, std::string name);
Case random_slice(Dice& dice, std::string name);
Case random_softmax(Dice& dice, std::string name);
Case random_split(Dice& dice, std::string name);
Case random_transpose(Dice& dice, std::string name);

std::vector<Case> explicit_cases() {
  const std::map<std::string_view, std::vector<Case> (*)()> families = {
#define YY_OP(name, family, devices) {#family, cases_##family},
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP
  };
  std::vector<Case> all;
  for (const auto& [family, cases] : families) {
    for (Case& c : cases()) all.push_back(std::move(c));
  }
  return all;
}

std::vector<Case> random_cases(std::uint64_t seed, int count) {
  struct Row {
    std::string_view family;
    Case (*make)(Dice&, std::string);
  };
  constexpr Row rows[] = {
      {"binary", random_binary}, {"concat", random_concat},       {"conv", random_conv},
      {"gemm", random_gemm},     {"matmul", random_matmul},       {"normalise_rows", random_normalise_rows},
      {"pad", random_pad},       {"pool", random_pool},           {"queue", random_queue},
      {"reduce", random_reduce}, {"slice", random_slice},         {"softmax", random_softmax},
      {"split", random_split},   {"transpose", random_transpose},
  };
  std::vector<Case> all;
  for (const Row& row : rows) {
    for (int index = 0; index < count; ++index) {
      Dice dice(seed, row.family, index);
      Case c = row.make(dice, fmt::format("random_{}_{}", seed, index));
      c.reproduce = fmt::format("YY_SEED={} YY_RANDOM={} YY_CASE={}", seed, index + 1, full_name(c));
      all.push_back(std::move(c));
    }
  }
  return all;
}

}  // namespace yy::test
