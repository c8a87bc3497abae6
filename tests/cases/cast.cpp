#include "ops/cast.h"

#include <fmt/format.h>
#include <limits>

#include "tests/cases/case.h"

namespace yy::test {
namespace {

struct Type {
  DType dtype;
  int onnx;
  const char* name;
};

constexpr Type types[] = {{DType::f32, 1, "float32"}, {DType::u8, 2, "uint8"},  {DType::i8, 3, "int8"},
                          {DType::i32, 6, "int32"},   {DType::i64, 7, "int64"}, {DType::boolean, 9, "bool"}};

// Every element fits every type.
CaseInput small(DType dtype) {
  CaseInput input = data({2, 3, 5, 2}, dtype);
  input.low = 0;
  input.high = dtype == DType::boolean ? 1 : dtype == DType::f32 ? 100.9 : 100;
  return input;
}

// As the precision pass makes it: no model can ask for it.
Case bfloat16_cast(std::string name, CaseInput input, DType to, int onnx) {
  Case c = own(std::move(name), std::make_shared<Cast>(to), {std::move(input)});
  c.source.attributes.set("to", onnx);
  return c;
}

}  // namespace

std::vector<Case> cases_cast() {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Case> all = {
      node("truncates", "Cast", 9, {{"to", 7}}, {given({6}, {2.9, -2.9, 0.5, -0.5, -0.0, 1e12})}),
      node("truncates_to_int32", "Cast", 13, {{"to", 6}},
           {given({4}, {2.9, -2.9, 2147483520.0, -2147483648.0})}),
      node("truncates_to_int8", "Cast", 13, {{"to", 3}}, {given({4}, {127.9, -128.0, -0.9, 5.5})}),
      node("nonzero_is_true", "Cast", 13, {{"to", 9}}, {given({5}, {0.25, 0, -0.0, nan, -inf})}),
      node("large_is_rounded", "Cast", 13, {{"to", 1}}, {ints({(1LL << 53) + 1, 16777217, -16777219})}),
      node("wraps", "Cast", 13, {{"to", 6}}, {ints({(1LL << 32) + 5, -(1LL << 31) - 1})}),
      node("wraps_to_bytes", "Cast", 13, {{"to", 2}}, {ints({256, 257, -1}, DType::i32)}),
      node("saturate", "Cast", 19, {{"to", 1}, {"saturate", 1}}, {data({3}, DType::i64)}),
      node("scalar", "Cast", 13, {{"to", 1}}, {given({}, {-3}, DType::i64)}),
      node("nothing", "Cast", 13, {{"to", 7}}, {data({0, 3})}),
      node("float16_stays_float32", "Cast", 13, {{"to", 10}}, {given({4}, {1 + 0x1p-20, 1e6, -0.5, nan})}),
      node("bfloat16_stays_float32", "Cast", 13, {{"to", 16}}, {given({2}, {1 + 0x1p-20, -3e38})}),
      node("double_stays_float32", "Cast", 13, {{"to", 11}}, {given({2}, {1 + 0x1p-20, -3e38})}),
      node("int64_to_float16", "Cast", 13, {{"to", 10}}, {given({3}, {5, 70000, -1}, DType::i64)}),
      node("wide", "Cast", 13, {{"to", 1}}, {data({1, 3, 65, 67}, DType::u8)}),
  };
  const double even = 1 + 0x1p-8, odd = 1 + 0x3p-8, above = 1 + 0x1p-8 + 0x1p-20;
  all.push_back(bfloat16_cast("rounds_to_bfloat16",
                              given({8}, {even, odd, above, -even, 3e38, inf, nan, 0x1p-126}), DType::bf16,
                              16));
  all.push_back(bfloat16_cast("float32_to_bfloat16", data({2, 3, 5, 67}), DType::bf16, 16));
  all.push_back(bfloat16_cast("bfloat16_to_float32", data({2, 3, 5, 67}, DType::bf16), DType::f32, 1));
  all.push_back(bfloat16_cast("bfloat16_to_int32", data_in({40}, -20, 20), DType::i32, 6));
  all.push_back(bfloat16_cast("uint8_to_bfloat16", data({300}, DType::u8), DType::bf16, 16));
  for (const Type& from : types) {
    for (const Type& to : types) {
      all.push_back(node(fmt::format("{}_to_{}", from.name, to.name), "Cast", 13, {{"to", to.onnx}},
                         {small(from.dtype)}));
    }
  }
  return all;
}

}  // namespace yy::test
