#include <limits>

#include "tests/ops/refused.h"

namespace yy::test {
namespace {

const CaseInput picture = data({1, 6, 8, 8});
const CaseInput flat = data({3, 4});
constexpr DType i64 = DType::i64, u8 = DType::u8;

}  // namespace

std::vector<Refused> refused_reshapes() {
  const CaseInput x = data({2, 3, 4});
  return {
      row("too_many", "Reshape", 13, {}, {x, ints({5, 5})}, {"'shape'", "[5,5]", "24", "[2,3,4]"}),
      row("does_not_divide", "Reshape", 13, {}, {x, ints({-1, 7})}, {"'shape'", "[-1,7]", "24"}),
      row("two_open", "Reshape", 13, {}, {x, ints({-1, -1})}, {"'shape'", "[-1,-1]"}),
      row("negative", "Reshape", 13, {}, {x, ints({-2, 12})}, {"'shape'", "[-2,12]"}),
      row("zero_copies_nothing", "Reshape", 13, {}, {x, ints({2, 3, 4, 0})}, {"'shape'", "[2,3,4,0]"}),
      row("allowzero", "Reshape", 14, {{"allowzero", 1}}, {x, ints({0, 24})}, {"'shape'", "[0,24]"}),
      row("open_beside_zero", "Reshape", 14, {{"allowzero", 1}}, {data({0, 3}), ints({0, -1})},
          {"'shape'", "[0,-1]"}),
      row("overflow", "Reshape", 13, {}, {x, ints({1LL << 32, 1LL << 32})}, {"'shape'", "24"}),
      row("dynamic", "Reshape", 13, {}, {x, data({2}, i64)}, {"'shape'", "computed from data"}),
      row("shape_type", "Reshape", 13, {}, {x, weight({2})}, {"'shape'", "int64", "float32"}),
      row("shape_rank", "Reshape", 13, {}, {x, fixed(data({1, 2}, i64))}, {"'shape'", "[1,2]"}),
      row("no_shape", "Reshape", 13, {}, {x}, {"'shape'", "missing"}),
      row("allowzero_too_early", "Reshape", 13, {{"allowzero", 1}}, {x, ints({24})}, {"'allowzero'", "13"}),
      row("axis", "Flatten", 13, {{"axis", 4}}, {x}, {"'axis'", "4", "[2,3,4]"}),
      row("not_1", "Squeeze", 13, {}, {x, ints({1})}, {"'axes'", "axis 1", "[2,3,4]"}),
      row("axis", "Squeeze", 11, {{"axes", Ints{3}}}, {x}, {"'axes'", "3", "rank 3"}),
      row("attribute_is_gone", "Squeeze", 13, {{"axes", Ints{0}}}, {x}, {"'axes'", "Squeeze"}),
      row("twice", "Unsqueeze", 13, {}, {x, ints({0, 0})}, {"'axes'", "twice"}),
      row("twice_from_back", "Unsqueeze", 11, {{"axes", Ints{0, -4}}}, {data({3, 3})}, {"'axes'", "twice"}),
      row("axis", "Unsqueeze", 13, {}, {x, ints({4})}, {"'axes'", "4", "rank 4"}),
      row("no_axes", "Unsqueeze", 11, {}, {x}, {"'axes'", "missing"}),
      row("dynamic_axes", "Unsqueeze", 13, {}, {x, data({1}, i64)}, {"'axes'", "computed from data"}),
      row("training", "Dropout", 12, {}, {x, absent(), scalar(1, DType::boolean)}, {"'training_mode'"}),
      row("dynamic_training", "Dropout", 12, {}, {x, absent(), data({}, DType::boolean)},
          {"'training_mode'"}),
      row("training_of_no_elements", "Dropout", 12, {}, {x, absent(), fixed(data({0}, DType::boolean))},
          {"'training_mode'"}),
  };
}

std::vector<Refused> refused_movements() {
  const CaseInput x = data({2, 3, 4});
  const Ints two{0, 1};
  return {
      row("step_0", "Slice", 13, {}, {x, ints({0}), ints({2}), ints({1}), ints({0})}, {"'steps'", "0"}),
      row("axis", "Slice", 13, {}, {x, ints({0}), ints({2}), ints({3})}, {"'axes'", "3", "rank 3"}),
      row("lengths", "Slice", 13, {}, {x, ints({0, 0}), ints({2})}, {"'starts'", "'ends'", "2", "1"}),
      row("too_many", "Slice", 13, {}, {data({2}), ints({0, 0}), ints({2, 2})}, {"'axes'", "1", "rank 1"}),
      row("dynamic", "Slice", 13, {}, {x, data({1}, i64), ints({2})}, {"'starts'", "computed from data"}),
      row("type", "Slice", 13, {}, {x, ints({0}), weight({1})}, {"'ends'", "int64", "float32"}),
      row("no_ends", "Slice", 13, {}, {x, ints({0})}, {"inputs", "2"}),
      row("no_attributes", "Slice", 9, {{"starts", Ints{0}}}, {x}, {"'starts'", "'ends'"}),
      row("attribute_is_gone", "Slice", 10, {{"axes", Ints{0}}}, {x, ints({0}), ints({1})},
          {"'axes'", "Slice"}),
      row("index", "Gather", 13, {{"axis", 1}}, {x, ints({0, 3})}, {"'indices'", "3", "axis 1", "[2,3,4]"}),
      row("index_from_back", "Gather", 13, {}, {x, ints({-3})}, {"'indices'", "-3"}),
      row("axis", "Gather", 13, {{"axis", -4}}, {x, ints({0})}, {"'axis'", "-4", "rank 3"}),
      row("dynamic", "Gather", 13, {}, {x, data({1}, i64)}, {"'indices'", "computed from data"}),
      row("type", "Gather", 13, {}, {x, weight({1})}, {"'indices'", "int64", "float32"}),
      row("scalar", "Gather", 13, {}, {data({}), ints({0})}, {"'axis'", "rank 0"}),
      row("no_axis", "Concat", 13, {}, {x, x}, {"'axis'", "missing"}),
      row("axis", "Concat", 13, {{"axis", 3}}, {x, x}, {"'axis'", "3", "rank 3"}),
      row("shapes", "Concat", 13, {{"axis", 1}}, {x, data({2, 3, 5})},
          {"input 1", "[2,3,5]", "[2,3,4]", "axis 1"}),
      row("ranks", "Concat", 13, {{"axis", 1}}, {x, data({2, 3})}, {"input 1", "rank 3", "[2,3]"}),
      row("types", "Concat", 13, {{"axis", 1}}, {x, data({2, 3, 4}, i64)}, {"input 1", "float32", "int64"}),
      row("absent", "Concat", 13, {{"axis", 1}}, {x, absent()}, {"input 1", "missing"}),
      row("no_inputs", "Concat", 13, {{"axis", 1}}, {}, {"inputs", "0"}),
      row("mode", "Pad", 13, {{"mode", "mirror"}}, {x, ints({0, 0, 1, 0, 0, 1})}, {"'mode'", "'mirror'"}),
      row("mode_too_early", "Pad", 18, {{"mode", "wrap"}}, {x, ints({0, 0, 1, 0, 0, 1})},
          {"'mode'", "'wrap'"}),
      row("edge_of_nothing", "Pad", 13, {{"mode", "edge"}}, {data({0, 2}), ints({1, 0, 0, 0})},
          {"axis 0", "[0,2]"}),
      row("short", "Pad", 13, {}, {x, ints({1, 1})}, {"'pads'", "6", "2", "[2,3,4]"}),
      row("crops_too_much", "Pad", 13, {}, {x, ints({0, -4, 0, 0, 0, 0})},
          {"'pads'", "-4", "axis 1", "[2,3,4]"}),
      row("crops_from_both", "Pad", 13, {}, {x, ints({0, -2, 0, 0, -2, 0})}, {"'pads'", "-2", "axis 1"}),
      row("huge", "Pad", 13, {}, {x, ints({0, 0, 0, 0, 0, 1LL << 62})}, {"'pads'", "axis 2"}),
      row("least", "Pad", 13, {}, {x, ints({std::numeric_limits<std::int64_t>::min(), 0, 0, 0, 0, 0})},
          {"'pads'", "axis 0"}),
      row("dynamic", "Pad", 13, {}, {x, data({6}, i64)}, {"'pads'", "computed from data"}),
      row("dynamic_value", "Pad", 13, {}, {x, ints({0, 0, 0, 0, 0, 0}), data({})}, {"'constant_value'"}),
      row("value_type", "Pad", 13, {}, {x, ints({0, 0, 0, 0, 0, 0}), scalar(1, i64)},
          {"'constant_value'", "float32", "int64"}),
      row("axes", "Pad", 18, {}, {x, ints({1, 1}), absent(), ints({3})}, {"'axes'", "3", "rank 3"}),
      row("axes_and_pads", "Pad", 18, {}, {x, ints({1, 1}), absent(), ints(two)}, {"'pads'", "'axes'", "2"}),
      row("no_attribute", "Pad", 10, {}, {x}, {"'pads'", "missing"}),
      row("value_of_bytes", "Pad", 10, {{"pads", Ints{1, 1}}, {"value", 1.F}}, {data({3}, u8)},
          {"'value'", "uint8"}),
      row("lengths", "Split", 13, {}, {data({4}), ints({5})}, {"'split'", "4", "[5]"}),
      row("count", "Split", 11, {{"split", Ints{2, 2}}}, {data({4})}, {"'split'", "1 lengths", "[2,2]"}),
      row("negative", "Split", 13, {}, {data({4}), ints({-4})}, {"'split'", "[-4]"}),
      row("axis", "Split", 13, {{"axis", 1}}, {data({4})}, {"'axis'", "1", "rank 1"}),
      row("num_outputs", "Split", 18, {{"num_outputs", 2}}, {data({4})}, {"'num_outputs'", "2", "1"}),
      row("dynamic", "Split", 13, {}, {data({4}), data({1}, i64)}, {"'split'", "computed from data"}),
      row("perm_short", "Transpose", 13, {{"perm", Ints{1, 0}}}, {x}, {"'perm'", "[1,0]", "3"}),
      row("perm_twice", "Transpose", 13, {{"perm", Ints{0, 0, 1}}}, {x}, {"'perm'", "[0,0,1]"}),
      row("perm_negative", "Transpose", 13, {{"perm", Ints{0, -1, 1}}}, {x}, {"'perm'", "[0,-1,1]"}),
      row("perm_too_large", "Transpose", 13, {{"perm", Ints{0, 3, 1}}}, {x}, {"'perm'", "[0,3,1]"}),
  };
}

std::vector<Refused> refused_constants() {
  return {
      row("none", "Constant", 13, {}, {}, {"'value'"}),
      row("string", "Constant", 13, {{"value_string", "x"}}, {}, {"'value'"}),
      row("type", "Constant", 13, {{"value", 1.F}}, {}, {"'value'", "tensor", "float"}),
      row("two", "Constant", 13, {{"value_int", 1}, {"value_float", 1.F}}, {}, {"'value_int'"}),
      row("dynamic", "ConstantOfShape", 9, {}, {data({2}, i64)}, {"'input'", "computed from data"}),
      row("negative", "ConstantOfShape", 9, {}, {ints({2, -1})}, {"'input'", "-1"}),
      row("huge", "ConstantOfShape", 9, {}, {ints({1LL << 30, 1LL << 30})}, {"1073741824"}),
      row("value", "ConstantOfShape", 9, {{"value", Tensor::of_i64(Ints{1, 2})}}, {ints({2})},
          {"'value'", "[2]"}),
      row("no_input", "ConstantOfShape", 9, {}, {absent()}, {"'input'", "missing"}),
      row("start_too_early", "Shape", 13, {{"start", 1}}, {flat}, {"'start'", "Shape"}),
      row("no_input", "Shape", 13, {}, {}, {"inputs", "0"}),
      row("operator", "NonZero", 13, {}, {picture}, {"'NonZero'", "not supported"}),
      row("our_own_operator", "Reorder", 13, {}, {picture}, {"'Reorder'", "not supported"}),
  };
}

}  // namespace yy::test
