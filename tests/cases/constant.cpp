// Folded operators: run through Op::fold, on no backend.
#include "tests/cases/case.h"

namespace yy::test {
namespace {

Tensor tensor(const CaseInput& input) {
  Array array(input.dtype, input.dims);
  for (std::int64_t i = 0; i < array.size(); ++i) array.set(i, input.values[static_cast<std::size_t>(i)]);
  Tensor result({Shape(input.dims), input.dtype, Layout::row_major});
  store(array, Layout::row_major, result.mutable_data());
  return result;
}

}  // namespace

std::vector<Case> cases_constant() {
  const DType i64 = DType::i64;
  const CaseInput x = data({2, 3, 5, 7});
  return {
      node("tensor", "Constant", 9, {{"value", tensor(given({2, 2}, {1, -2, 0.5, 3e38}))}}, {}),
      node("tensor_int64", "Constant", 13, {{"value", tensor(given({3}, {1, -1, 0}, i64))}}, {}),
      node("tensor_bytes", "Constant", 13, {{"value", tensor(given({2}, {0, 255}, DType::u8))}}, {}),
      node("float", "Constant", 12, {{"value_float", 0.25F}}, {}),
      node("int", "Constant", 13, {{"value_int", -7}}, {}),
      node("floats", "Constant", 12, {{"value_floats", std::vector<float>{0.25F, -3e38F, 1e-40F}}}, {}),
      node("no_floats", "Constant", 12, {{"value_floats", std::vector<float>{}}}, {}),
      node("ints", "Constant", 13, {{"value_ints", Ints{4, -1}}}, {}),
      node("default", "ConstantOfShape", 9, {}, {ints({2, 3})}),
      node("float", "ConstantOfShape", 9, {{"value", tensor(given({1}, {1.5}))}}, {ints({1, 3, 2, 2})}),
      node("int64", "ConstantOfShape", 9, {{"value", tensor(given({1}, {-4}, i64))}}, {ints({5})}),
      node("bool", "ConstantOfShape", 20, {{"value", tensor(given({1}, {1}, DType::boolean))}}, {ints({3})}),
      node("scalar", "ConstantOfShape", 9, {}, {ints({})}),
      node("nothing", "ConstantOfShape", 9, {}, {ints({0, 3})}),
      node("all", "Shape", 1, {}, {x}),
      node("opset_13", "Shape", 13, {}, {x}),
      node("start", "Shape", 15, {{"start", 1}}, {x}),
      node("start_and_end", "Shape", 15, {{"start", 1}, {"end", 3}}, {x}),
      node("from_back", "Shape", 15, {{"start", -2}}, {x}),
      node("end_from_back", "Shape", 15, {{"end", -1}}, {x}),
      node("clamped", "Shape", 15, {{"start", -9}, {"end", 9}}, {x}),
      node("nothing", "Shape", 15, {{"start", 3}, {"end", 1}}, {x}),
      node("scalar", "Shape", 13, {}, {data({})}),
  };
}

}  // namespace yy::test
