// What operators refuse, when they are read and when their shapes are inferred: each message names the input or
// attribute that does not fit, and what was found.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "ops/conv.h"
#include "ops/probe.h"
#include "ops/rows.h"
#include "ops/select.h"
#include "runtime/error.h"
#include "tests/cases/case.h"

namespace yy::test {
namespace {

using Words = std::vector<std::string>;

struct Refused {
  std::string name;
  std::string op_type;
  int opset;
  AttributeList attributes;
  std::vector<CaseInput> inputs;
  Words words;  // all must stand in the message
};

const CaseInput picture = data({1, 6, 8, 8});
const CaseInput kernel = weight({4, 6, 3, 3});
const CaseInput flat = data({3, 4});
constexpr DType i64 = DType::i64, i32 = DType::i32, u8 = DType::u8;

std::vector<Refused> convolutions() {
  return {
      {"rank", "Conv", 11, {}, {data({6, 8, 8}), kernel}, {"'X'", "rank 4", "[6,8,8]"}},
      {"weight_rank", "Conv", 11, {}, {picture, weight({4, 6, 3})}, {"'W'", "rank 4", "[4,6,3]"}},
      {"channels", "Conv", 11, {}, {data({1, 5, 8, 8}), kernel}, {"'X'", "5 channels", "6"}},
      {"group_and_channels", "Conv", 11, {{"group", 2}}, {picture, kernel}, {"6 channels", "group 2", "12"}},
      {"group_and_outputs", "Conv", 11, {{"group", 3}}, {picture, weight({4, 2, 3, 3})}, {"'group'", "3", "4"}},
      {"group_0", "Conv", 11, {{"group", 0}}, {picture, kernel}, {"'group'", "0"}},
      {"group_negative", "Conv", 11, {{"group", -2}}, {picture, kernel}, {"'group'", "-2"}},
      {"bias_shape", "Conv", 11, {}, {picture, kernel, weight({5})}, {"'B'", "[4]", "[5]"}},
      {"bias_type", "Conv", 11, {}, {picture, kernel, ints({1, 2, 3, 4})}, {"'B'", "float32", "int64"}},
      {"input_type", "Conv", 11, {}, {data({1, 6, 8, 8}, i64), kernel}, {"'X'", "float32", "int64"}},
      {"no_weights", "Conv", 11, {}, {picture}, {"inputs", "1"}},
      {"absent_weights", "Conv", 11, {}, {picture, absent()}, {"'W'", "missing"}},
      {"no_outputs", "Conv", 11, {}, {picture, weight({0, 6, 3, 3})}, {"'W'", "[0,6,3,3]"}},
      {"no_kernel", "Conv", 11, {}, {picture, weight({4, 6, 0, 3})}, {"[4,6,0,3]"}},
      {"kernel_shape", "Conv", 11, {{"kernel_shape", Ints{3, 5}}}, {picture, kernel}, {"'kernel_shape'", "[3,5]", "[3,3]"}},
      {"kernel_shape_1d", "Conv", 11, {{"kernel_shape", Ints{3}}}, {picture, kernel}, {"'kernel_shape'", "2", "[3]"}},
      {"strides_0", "Conv", 11, {{"strides", Ints{0, 1}}}, {picture, kernel}, {"'strides'", "[0,1]"}},
      {"strides_negative", "Conv", 11, {{"strides", Ints{1, -1}}}, {picture, kernel}, {"'strides'", "[1,-1]"}},
      {"strides_1d", "Conv", 11, {{"strides", Ints{2}}}, {picture, kernel}, {"'strides'", "2 elements", "[2]"}},
      {"strides_3d", "Conv", 11, {{"strides", Ints{1, 1, 1}}}, {picture, kernel}, {"'strides'", "[1,1,1]"}},
      {"strides_huge", "Conv", 11, {{"strides", Ints{1, 1LL << 40}}}, {picture, kernel}, {"'strides'", "1099511627776"}},
      {"dilations_0", "Conv", 11, {{"dilations", Ints{1, 0}}}, {picture, kernel}, {"'dilations'", "[1,0]"}},
      {"pads_short", "Conv", 11, {{"pads", Ints{1, 1}}}, {picture, kernel}, {"'pads'", "4 elements", "[1,1]"}},
      {"pads_negative", "Conv", 11, {{"pads", Ints{0, 0, -1, 0}}}, {picture, kernel}, {"'pads'", "[0,0,-1,0]"}},
      {"pads_huge", "Conv", 11, {{"pads", Ints{0, 0, 0, 1LL << 62}}}, {picture, kernel}, {"'pads'"}},
      {"picture_too_low", "Conv", 11, {}, {data({1, 6, 2, 8}), kernel}, {"window of 3", "height", "2"}},
      {"picture_too_narrow", "Conv", 11, {{"pads", Ints{1, 0, 1, 1}}}, {data({1, 6, 8, 1}), kernel}, {"window of 3", "width", "2"}},
      {"dilated_too_long", "Conv", 11, {{"dilations", Ints{4, 4}}}, {picture, kernel}, {"window of 9", "height", "8"}},
      {"auto_pad", "Conv", 11, {{"auto_pad", "SAME"}}, {picture, kernel}, {"'auto_pad'", "SAME"}},
      {"auto_pad_type", "Conv", 11, {{"auto_pad", 1}}, {picture, kernel}, {"'auto_pad'", "string", "int"}},
      {"strides_type", "Conv", 11, {{"strides", 2}}, {picture, kernel}, {"'strides'", "ints", "int"}},
      {"group_type", "Conv", 11, {{"group", 2.F}}, {picture, kernel}, {"'group'", "int", "float"}},
      {"unread", "Conv", 11, {{"groups", 2}}, {picture, kernel}, {"'groups'", "Conv"}},
      {"unread_ceil_mode", "Conv", 11, {{"ceil_mode", 1}}, {picture, kernel}, {"'ceil_mode'", "Conv"}},
  };
}

std::vector<Refused> pools() {
  const Ints k3{3, 3};
  return {
      {"rank", "MaxPool", 12, {{"kernel_shape", k3}}, {data({6, 8, 8})}, {"'X'", "rank 4", "[6,8,8]"}},
      {"type", "MaxPool", 12, {{"kernel_shape", k3}}, {data({1, 3, 8, 8}, u8)}, {"'X'", "float32", "uint8"}},
      {"no_kernel_shape", "MaxPool", 12, {}, {picture}, {"'kernel_shape'", "missing"}},
      {"kernel_shape_1d", "AveragePool", 11, {{"kernel_shape", Ints{3}}}, {picture}, {"'kernel_shape'", "2", "1"}},
      {"kernel_shape_0", "AveragePool", 11, {{"kernel_shape", Ints{0, 3}}}, {picture}, {"'kernel_shape'", "[0,3]"}},
      {"too_long", "MaxPool", 12, {{"kernel_shape", Ints{9, 9}}}, {picture}, {"window of 9", "height", "8"}},
      {"padding_only", "MaxPool", 12, {{"kernel_shape", k3}, {"pads", Ints{0, 0, 3, 0}}}, {picture}, {"'pads'", "3"}},
      {"strides_0", "MaxPool", 12, {{"kernel_shape", k3}, {"strides", Ints{2, 0}}}, {picture}, {"'strides'", "[2,0]"}},
      {"pads_short", "AveragePool", 11, {{"kernel_shape", k3}, {"pads", Ints{1}}}, {picture}, {"'pads'", "4", "[1]"}},
      {"ceil_mode", "MaxPool", 12, {{"kernel_shape", k3}, {"ceil_mode", 2}}, {picture}, {"'ceil_mode'", "0 or 1", "2"}},
      {"count_include_pad", "MaxPool", 12, {{"kernel_shape", k3}, {"count_include_pad", 1}}, {picture}, {"'count_include_pad'"}},
      {"global_unread", "GlobalAveragePool", 1, {{"kernel_shape", k3}}, {picture}, {"'kernel_shape'"}},
      {"global_rank", "GlobalAveragePool", 1, {}, {flat}, {"'X'", "rank 4", "[3,4]"}},
      {"global_no_pixels", "GlobalAveragePool", 1, {}, {data({1, 3, 0, 4})}, {"'X'", "[1,3,0,4]"}},
      {"two_inputs", "MaxPool", 12, {{"kernel_shape", k3}}, {picture, picture}, {"inputs", "2"}},
  };
}

std::vector<Refused> products() {
  const std::vector<CaseInput> channels(4, weight({6}));
  const auto norm = [&](std::size_t i, const CaseInput& wrong) {
    std::vector<CaseInput> inputs{picture};
    inputs.insert(inputs.end(), channels.begin(), channels.end());
    inputs[i] = wrong;
    return inputs;
  };
  const char* bn = "BatchNormalization";
  return {
      {"inner", "Gemm", 13, {}, {flat, weight({5, 2})}, {"'A'", "'B'", "4", "5"}},
      {"inner_transposed", "Gemm", 13, {{"transB", 1}}, {flat, weight({4, 2})}, {"'B'", "transposed", "2"}},
      {"rank", "Gemm", 13, {}, {data({3, 4, 1, 1}), weight({4, 2})}, {"'A'", "rank 2", "[3,4,1,1]"}},
      {"c_does_not_broadcast", "Gemm", 13, {}, {flat, weight({4, 2}), weight({3})}, {"'C'", "[3,2]", "[3]"}},
      {"c_enlarges", "Gemm", 13, {}, {data({1, 4}), weight({4, 2}), weight({5, 2})}, {"'C'", "[1,2]", "[5,2]"}},
      {"c_rank", "Gemm", 13, {}, {flat, weight({4, 2}), weight({1, 3, 2})}, {"'C'", "[1,3,2]"}},
      {"trans", "Gemm", 13, {{"transB", 3}}, {flat, weight({4, 2})}, {"'transB'", "3"}},
      {"alpha", "Gemm", 13, {{"alpha", 1}}, {flat, weight({4, 2})}, {"'alpha'", "float", "int"}},
      {"scale", bn, 9, {}, norm(1, weight({5})), {"'scale'", "[6]", "[5]"}},
      {"mean", bn, 9, {}, norm(3, weight({6, 1})), {"'mean'", "[6]", "[6,1]"}},
      {"type", bn, 9, {}, norm(4, ints({1, 2, 3, 4, 5, 6})), {"'var'", "float32", "int64"}},
      {"missing", bn, 9, {}, norm(2, absent()), {"'B'", "missing"}},
      {"rank", bn, 9, {}, norm(0, data({6})), {"'X'", "[6]"}},
      {"not_spatial", bn, 7, {{"spatial", 0}}, norm(1, weight({6})), {"'spatial'", "0"}},
      {"training", bn, 14, {{"training_mode", 1}}, norm(1, weight({6})), {"'training_mode'", "1"}},
      {"spatial_is_gone", bn, 9, {{"spatial", 1}}, norm(1, weight({6})), {"'spatial'"}},
      {"axis", "Softmax", 13, {{"axis", 2}}, {flat}, {"'axis'", "2", "rank 2"}},
      {"type", "Softmax", 13, {}, {data({3}, i64)}, {"'input'", "float32", "int64"}},
      {"scalar", "Softmax", 13, {}, {data({})}, {"'axis'", "rank 0"}},
  };
}

std::vector<Refused> pointwise() {
  return {
      {"broadcast", "Add", 14, {}, {data({2, 3}), data({2, 4})}, {"[2,3]", "[2,4]"}},
      {"broadcast_leading", "Mul", 14, {}, {data({2, 3}), data({2})}, {"[2,3]", "[2]"}},
      {"types_differ", "Sub", 14, {}, {data({2}), data({2}, i64)}, {"'B'", "float32", "int64"}},
      {"type", "Div", 14, {}, {data({2}, u8), data({2}, u8)}, {"'A'", "uint8"}},
      {"one_input", "Add", 14, {}, {data({2})}, {"2 inputs", "1"}},
      {"old_axis", "Add", 7, {{"axis", 1}}, {data({2}), data({2})}, {"'axis'", "Add"}},
      {"type", "Relu", 14, {}, {data({2}, i32)}, {"'X'", "float32", "int32"}},
      {"unread", "Relu", 14, {{"alpha", 0.1F}}, {data({2})}, {"'alpha'", "Relu"}},
      {"attribute_is_gone", "Clip", 11, {{"min", 0.F}}, {data({2})}, {"'min'", "Clip"}},
      {"inputs_too_early", "Clip", 6, {}, {data({2}), scalar(0)}, {"1 inputs", "2"}},
      {"dynamic_bound", "Clip", 13, {}, {data({2}), data({})}, {"'min'", "computed from data"}},
      {"bound_type", "Clip", 13, {}, {data({2}), absent(), scalar(6, i64)}, {"'max'", "float32", "int64"}},
      {"bound_shape", "Clip", 13, {}, {data({2}), absent(), weight({2})}, {"'max'", "[2]"}},
      {"bound_of_no_elements", "Clip", 13, {}, {data({2}), fixed(data({0}))}, {"'min'", "[0]"}},
      {"no_to", "Cast", 13, {}, {data({2})}, {"'to'", "missing"}},
      {"half", "Cast", 13, {{"to", 10}}, {data({2})}, {"'to'", "float16"}},
      {"unknown", "Cast", 13, {{"to", 99}}, {data({2})}, {"'to'", "99"}},
      {"negative", "Cast", 13, {{"to", -1}}, {data({2})}, {"'to'", "-1"}},
  };
}

std::vector<Refused> reshapes() {
  const CaseInput x = data({2, 3, 4});
  return {
      {"too_many", "Reshape", 13, {}, {x, ints({5, 5})}, {"'shape'", "[5,5]", "24", "[2,3,4]"}},
      {"does_not_divide", "Reshape", 13, {}, {x, ints({-1, 7})}, {"'shape'", "[-1,7]", "24"}},
      {"two_open", "Reshape", 13, {}, {x, ints({-1, -1})}, {"'shape'", "[-1,-1]"}},
      {"negative", "Reshape", 13, {}, {x, ints({-2, 12})}, {"'shape'", "[-2,12]"}},
      {"zero_copies_nothing", "Reshape", 13, {}, {x, ints({2, 3, 4, 0})}, {"'shape'", "[2,3,4,0]"}},
      {"allowzero", "Reshape", 14, {{"allowzero", 1}}, {x, ints({0, 24})}, {"'shape'", "[0,24]"}},
      {"open_beside_zero", "Reshape", 14, {{"allowzero", 1}}, {data({0, 3}), ints({0, -1})}, {"'shape'", "[0,-1]"}},
      {"overflow", "Reshape", 13, {}, {x, ints({1LL << 32, 1LL << 32})}, {"'shape'", "24"}},
      {"dynamic", "Reshape", 13, {}, {x, data({2}, i64)}, {"'shape'", "computed from data"}},
      {"shape_type", "Reshape", 13, {}, {x, weight({2})}, {"'shape'", "int64", "float32"}},
      {"shape_rank", "Reshape", 13, {}, {x, fixed(data({1, 2}, i64))}, {"'shape'", "[1,2]"}},
      {"no_shape", "Reshape", 13, {}, {x}, {"'shape'", "missing"}},
      {"allowzero_too_early", "Reshape", 13, {{"allowzero", 1}}, {x, ints({24})}, {"'allowzero'", "13"}},
      {"axis", "Flatten", 13, {{"axis", 4}}, {x}, {"'axis'", "4", "[2,3,4]"}},
      {"not_1", "Squeeze", 13, {}, {x, ints({1})}, {"'axes'", "axis 1", "[2,3,4]"}},
      {"axis", "Squeeze", 11, {{"axes", Ints{3}}}, {x}, {"'axes'", "3", "rank 3"}},
      {"attribute_is_gone", "Squeeze", 13, {{"axes", Ints{0}}}, {x}, {"'axes'", "Squeeze"}},
      {"twice", "Unsqueeze", 13, {}, {x, ints({0, 0})}, {"'axes'", "twice"}},
      {"twice_from_back", "Unsqueeze", 11, {{"axes", Ints{0, -4}}}, {data({3, 3})}, {"'axes'", "twice"}},
      {"axis", "Unsqueeze", 13, {}, {x, ints({4})}, {"'axes'", "4", "rank 4"}},
      {"no_axes", "Unsqueeze", 11, {}, {x}, {"'axes'", "missing"}},
      {"dynamic_axes", "Unsqueeze", 13, {}, {x, data({1}, i64)}, {"'axes'", "computed from data"}},
      {"training", "Dropout", 12, {}, {x, absent(), scalar(1, DType::boolean)}, {"'training_mode'"}},
      {"dynamic_training", "Dropout", 12, {}, {x, absent(), data({}, DType::boolean)}, {"'training_mode'"}},
      {"training_of_no_elements", "Dropout", 12, {}, {x, absent(), fixed(data({0}, DType::boolean))}, {"'training_mode'"}},
  };
}

std::vector<Refused> movements() {
  const CaseInput x = data({2, 3, 4});
  const Ints two{0, 1};
  return {
      {"step_0", "Slice", 13, {}, {x, ints({0}), ints({2}), ints({1}), ints({0})}, {"'steps'", "0"}},
      {"axis", "Slice", 13, {}, {x, ints({0}), ints({2}), ints({3})}, {"'axes'", "3", "rank 3"}},
      {"lengths", "Slice", 13, {}, {x, ints({0, 0}), ints({2})}, {"'starts'", "'ends'", "2", "1"}},
      {"too_many", "Slice", 13, {}, {data({2}), ints({0, 0}), ints({2, 2})}, {"'axes'", "1", "rank 1"}},
      {"dynamic", "Slice", 13, {}, {x, data({1}, i64), ints({2})}, {"'starts'", "computed from data"}},
      {"type", "Slice", 13, {}, {x, ints({0}), weight({1})}, {"'ends'", "int64", "float32"}},
      {"no_ends", "Slice", 13, {}, {x, ints({0})}, {"inputs", "2"}},
      {"no_attributes", "Slice", 9, {{"starts", Ints{0}}}, {x}, {"'starts'", "'ends'"}},
      {"attribute_is_gone", "Slice", 10, {{"axes", Ints{0}}}, {x, ints({0}), ints({1})}, {"'axes'", "Slice"}},
      {"index", "Gather", 13, {{"axis", 1}}, {x, ints({0, 3})}, {"'indices'", "3", "axis 1", "[2,3,4]"}},
      {"index_from_back", "Gather", 13, {}, {x, ints({-3})}, {"'indices'", "-3"}},
      {"axis", "Gather", 13, {{"axis", -4}}, {x, ints({0})}, {"'axis'", "-4", "rank 3"}},
      {"dynamic", "Gather", 13, {}, {x, data({1}, i64)}, {"'indices'", "computed from data"}},
      {"type", "Gather", 13, {}, {x, weight({1})}, {"'indices'", "int64", "float32"}},
      {"scalar", "Gather", 13, {}, {data({}), ints({0})}, {"'axis'", "rank 0"}},
      {"no_axis", "Concat", 13, {}, {x, x}, {"'axis'", "missing"}},
      {"axis", "Concat", 13, {{"axis", 3}}, {x, x}, {"'axis'", "3", "rank 3"}},
      {"shapes", "Concat", 13, {{"axis", 1}}, {x, data({2, 3, 5})}, {"input 1", "[2,3,5]", "[2,3,4]", "axis 1"}},
      {"ranks", "Concat", 13, {{"axis", 1}}, {x, data({2, 3})}, {"input 1", "rank 3", "[2,3]"}},
      {"types", "Concat", 13, {{"axis", 1}}, {x, data({2, 3, 4}, i64)}, {"input 1", "float32", "int64"}},
      {"absent", "Concat", 13, {{"axis", 1}}, {x, absent()}, {"input 1", "missing"}},
      {"no_inputs", "Concat", 13, {{"axis", 1}}, {}, {"inputs", "0"}},
      {"mode", "Pad", 13, {{"mode", "reflect"}}, {x, ints({0, 0, 1, 0, 0, 1})}, {"'mode'", "'reflect'"}},
      {"short", "Pad", 13, {}, {x, ints({1, 1})}, {"'pads'", "6", "2", "[2,3,4]"}},
      {"crops_too_much", "Pad", 13, {}, {x, ints({0, -4, 0, 0, 0, 0})}, {"'pads'", "-4", "axis 1", "[2,3,4]"}},
      {"crops_from_both", "Pad", 13, {}, {x, ints({0, -2, 0, 0, -2, 0})}, {"'pads'", "-2", "axis 1"}},
      {"huge", "Pad", 13, {}, {x, ints({0, 0, 0, 0, 0, 1LL << 62})}, {"'pads'", "axis 2"}},
      {"least", "Pad", 13, {}, {x, ints({std::numeric_limits<std::int64_t>::min(), 0, 0, 0, 0, 0})}, {"'pads'", "axis 0"}},
      {"dynamic", "Pad", 13, {}, {x, data({6}, i64)}, {"'pads'", "computed from data"}},
      {"dynamic_value", "Pad", 13, {}, {x, ints({0, 0, 0, 0, 0, 0}), data({})}, {"'constant_value'"}},
      {"value_type", "Pad", 13, {}, {x, ints({0, 0, 0, 0, 0, 0}), scalar(1, i64)}, {"'constant_value'", "float32", "int64"}},
      {"axes", "Pad", 18, {}, {x, ints({1, 1}), absent(), ints({3})}, {"'axes'", "3", "rank 3"}},
      {"axes_and_pads", "Pad", 18, {}, {x, ints({1, 1}), absent(), ints(two)}, {"'pads'", "'axes'", "2"}},
      {"no_attribute", "Pad", 10, {}, {x}, {"'pads'", "missing"}},
      {"value_of_bytes", "Pad", 10, {{"pads", Ints{1, 1}}, {"value", 1.F}}, {data({3}, u8)}, {"'value'", "uint8"}},
      {"perm_short", "Transpose", 13, {{"perm", Ints{1, 0}}}, {x}, {"'perm'", "[1,0]", "3"}},
      {"perm_twice", "Transpose", 13, {{"perm", Ints{0, 0, 1}}}, {x}, {"'perm'", "[0,0,1]"}},
      {"perm_negative", "Transpose", 13, {{"perm", Ints{0, -1, 1}}}, {x}, {"'perm'", "[0,-1,1]"}},
      {"perm_too_large", "Transpose", 13, {{"perm", Ints{0, 3, 1}}}, {x}, {"'perm'", "[0,3,1]"}},
  };
}

std::vector<Refused> constants() {
  return {
      {"none", "Constant", 13, {}, {}, {"'value'"}},
      {"string", "Constant", 13, {{"value_string", "x"}}, {}, {"'value'"}},
      {"type", "Constant", 13, {{"value", 1.F}}, {}, {"'value'", "tensor", "float"}},
      {"two", "Constant", 13, {{"value_int", 1}, {"value_float", 1.F}}, {}, {"'value_int'"}},
      {"dynamic", "ConstantOfShape", 9, {}, {data({2}, i64)}, {"'input'", "computed from data"}},
      {"negative", "ConstantOfShape", 9, {}, {ints({2, -1})}, {"'input'", "-1"}},
      {"huge", "ConstantOfShape", 9, {}, {ints({1LL << 30, 1LL << 30})}, {"1073741824"}},
      {"value", "ConstantOfShape", 9, {{"value", Tensor::of_i64(Ints{1, 2})}}, {ints({2})}, {"'value'", "[2]"}},
      {"no_input", "ConstantOfShape", 9, {}, {absent()}, {"'input'", "missing"}},
      {"start_too_early", "Shape", 13, {{"start", 1}}, {flat}, {"'start'", "Shape"}},
      {"no_input", "Shape", 13, {}, {}, {"inputs", "0"}},
      {"operator", "LRN", 13, {}, {picture}, {"'LRN'", "not supported"}},
      {"our_own_operator", "Reorder", 13, {}, {picture}, {"'Reorder'", "not supported"}},
  };
}

class Refusals : public testing::TestWithParam<Refused> {};

void PrintTo(const Refused& row, std::ostream* out) { *out << row.op_type << "_" << row.name; }

TEST_P(Refusals, NameWhatDoesNotFit) {
  const Refused& row = GetParam();
  try {
    const Case c = node("", row.op_type, row.opset, row.attributes, row.inputs);
    const Prepared prepared = prepare(c, {});
    FAIL() << "taken, with output " << (prepared.outputs.empty() ? "none" : prepared.outputs[0].text());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model) << error.what();
    for (const std::string& word : row.words) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << "no " << word << " in: " << error.what();
    }
  }
}

std::vector<Refused> all_rows() {
  std::vector<Refused> all;
  for (auto table : {convolutions, pools, products, pointwise, reshapes, movements, constants}) {
    std::ranges::move(table(), std::back_inserter(all));
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(, Refusals, testing::ValuesIn(all_rows()),
                         [](const auto& row) { return row.param.op_type + "_" + row.param.name; });

// What an op refuses that no ONNX node makes.
std::string refusal_of(std::shared_ptr<const Op> op, std::vector<CaseInput> inputs) {
  try {
    prepare(own("refused", std::move(op), std::move(inputs)), {});
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(OwnRefusals, NameWhatDoesNotFit) {
  const auto has = [](const std::string& text, const std::string& word) {
    EXPECT_NE(text.find(word), std::string::npos) << "no " << word << " in: " << text;
  };
  const CaseInput one = data({1}, i32), index = data({2}, i32);
  has(refusal_of(std::make_shared<Probe>(false), {data({3, 4, 2, 1})}), "[3,4,2,1]");
  has(refusal_of(std::make_shared<Probe>(false), {data({3, 0})}), "[3,0]");
  has(refusal_of(std::make_shared<Probe>(false), {data({3})}), "[3]");
  has(refusal_of(std::make_shared<Probe>(false), {data({3, 4}, i64)}), "'scores'");
  has(refusal_of(std::make_shared<Select>(), {data({3, 1}), data({1}), one}), "'confidence'");
  has(refusal_of(std::make_shared<Select>(), {data({3}), data({2}), one}), "'threshold'");
  has(refusal_of(std::make_shared<Select>(), {data({3}), data({1}), data({1}, i64)}), "'valid'");
  const auto gather = std::make_shared<Rows>(Rows::Kind::gather), scatter = std::make_shared<Rows>(Rows::Kind::scatter);
  has(refusal_of(gather, {data({3, 4}), data({2}, i64), one}), "'index'");
  has(refusal_of(gather, {data({3, 4}), data({2, 1}, i32), one}), "'index'");
  has(refusal_of(gather, {data({3, 4}), index, index}), "'count'");
  has(refusal_of(gather, {data({}), index, one}), "'rows'");
  has(refusal_of(scatter, {data({3, 4}), index, one, data({5, 4})}), "[3,4]");
  has(refusal_of(scatter, {data({2, 4}), index, one, data({5, 3})}), "[5,3]");
  has(refusal_of(scatter, {data({2, 4}), index, one, data({5, 4}, i64)}), "'into'");
  has(refusal_of(scatter, {data({2, 4}), index, one}), "inputs");
  const auto residual = std::make_shared<Conv>(WindowAttributes{}, 1, Epilogue{true, std::nullopt});
  has(refusal_of(residual, {picture, kernel, absent(), data({1, 4, 6, 5})}), "'residual'");
  has(refusal_of(residual, {picture, kernel}), "'residual'");
}

// Outputs that we do not compute.
TEST(OwnRefusals, NameTheOutput) {
  for (const auto& [op, name] : {std::pair("MaxPool", "'Indices'"), std::pair("Dropout", "'mask'")}) {
    NodeSource source;
    source.op_type = op;
    source.opset = 12;
    source.input_count = 1;
    source.output_count = 2;
    if (source.op_type == "MaxPool") source.attributes.set("kernel_shape", Ints{2, 2});
    try {
      read_op(source);
      ADD_FAILURE() << op << " with two outputs is taken";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace yy::test
