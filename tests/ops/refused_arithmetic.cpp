#include "tests/ops/refused.h"

namespace yy::test {
namespace {

const CaseInput picture = data({1, 6, 8, 8});
const CaseInput kernel = weight({4, 6, 3, 3});
const CaseInput flat = data({3, 4});
constexpr DType i64 = DType::i64, i32 = DType::i32, u8 = DType::u8;

}  // namespace

std::vector<Refused> refused_convolutions() {
  return {
      row("rank", "Conv", 11, {}, {data({6, 8, 8}), kernel}, {"'X'", "rank 4", "[6,8,8]"}),
      row("weight_rank", "Conv", 11, {}, {picture, weight({4, 6})}, {"'W'", "rank 3", "[4,6]"}),
      row("ranks_differ", "Conv", 11, {}, {picture, weight({4, 6, 3})}, {"'X'", "rank 3", "[1,6,8,8]"}),
      row("channels", "Conv", 11, {}, {data({1, 5, 8, 8}), kernel}, {"'X'", "5 channels", "6"}),
      row("group_and_channels", "Conv", 11, {{"group", 2}}, {picture, kernel},
          {"6 channels", "group 2", "12"}),
      row("group_and_outputs", "Conv", 11, {{"group", 3}}, {picture, weight({4, 2, 3, 3})},
          {"'group'", "3", "4"}),
      row("group_0", "Conv", 11, {{"group", 0}}, {picture, kernel}, {"'group'", "0"}),
      row("group_negative", "Conv", 11, {{"group", -2}}, {picture, kernel}, {"'group'", "-2"}),
      row("bias_shape", "Conv", 11, {}, {picture, kernel, weight({5})}, {"'B'", "[4]", "[5]"}),
      row("bias_type", "Conv", 11, {}, {picture, kernel, ints({1, 2, 3, 4})}, {"'B'", "float32", "int64"}),
      row("input_type", "Conv", 11, {}, {data({1, 6, 8, 8}, i64), kernel}, {"'X'", "float32", "int64"}),
      row("no_weights", "Conv", 11, {}, {picture}, {"inputs", "1"}),
      row("absent_weights", "Conv", 11, {}, {picture, absent()}, {"'W'", "missing"}),
      row("no_outputs", "Conv", 11, {}, {picture, weight({0, 6, 3, 3})}, {"'W'", "[0,6,3,3]"}),
      row("no_kernel", "Conv", 11, {}, {picture, weight({4, 6, 0, 3})}, {"[4,6,0,3]"}),
      row("kernel_shape", "Conv", 11, {{"kernel_shape", Ints{3, 5}}}, {picture, kernel},
          {"'kernel_shape'", "[3,5]", "[3,3]"}),
      row("kernel_shape_1d", "Conv", 11, {{"kernel_shape", Ints{3}}}, {picture, kernel},
          {"'kernel_shape'", "2", "[3]"}),
      row("strides_0", "Conv", 11, {{"strides", Ints{0, 1}}}, {picture, kernel}, {"'strides'", "[0,1]"}),
      row("strides_negative", "Conv", 11, {{"strides", Ints{1, -1}}}, {picture, kernel},
          {"'strides'", "[1,-1]"}),
      row("strides_1d", "Conv", 11, {{"strides", Ints{2}}}, {picture, kernel},
          {"'strides'", "2 elements", "[2]"}),
      row("strides_3d", "Conv", 11, {{"strides", Ints{1, 1, 1}}}, {picture, kernel},
          {"'strides'", "[1,1,1]"}),
      row("strides_huge", "Conv", 11, {{"strides", Ints{1, 1LL << 40}}}, {picture, kernel},
          {"'strides'", "1099511627776"}),
      row("dilations_0", "Conv", 11, {{"dilations", Ints{1, 0}}}, {picture, kernel},
          {"'dilations'", "[1,0]"}),
      row("pads_short", "Conv", 11, {{"pads", Ints{1, 1}}}, {picture, kernel},
          {"'pads'", "4 elements", "[1,1]"}),
      row("pads_negative", "Conv", 11, {{"pads", Ints{0, 0, -1, 0}}}, {picture, kernel},
          {"'pads'", "[0,0,-1,0]"}),
      row("pads_huge", "Conv", 11, {{"pads", Ints{0, 0, 0, 1LL << 62}}}, {picture, kernel}, {"'pads'"}),
      row("picture_too_low", "Conv", 11, {}, {data({1, 6, 2, 8}), kernel}, {"window of 3", "height", "2"}),
      row("picture_too_narrow", "Conv", 11, {{"pads", Ints{1, 0, 1, 1}}}, {data({1, 6, 8, 1}), kernel},
          {"window of 3", "width", "2"}),
      row("dilated_too_long", "Conv", 11, {{"dilations", Ints{4, 4}}}, {picture, kernel},
          {"window of 9", "height", "8"}),
      row("auto_pad", "Conv", 11, {{"auto_pad", "SAME"}}, {picture, kernel}, {"'auto_pad'", "SAME"}),
      row("auto_pad_type", "Conv", 11, {{"auto_pad", 1}}, {picture, kernel}, {"'auto_pad'", "string", "int"}),
      row("strides_type", "Conv", 11, {{"strides", 2}}, {picture, kernel}, {"'strides'", "ints", "int"}),
      row("group_type", "Conv", 11, {{"group", 2.F}}, {picture, kernel}, {"'group'", "int", "float"}),
      row("unread", "Conv", 11, {{"groups", 2}}, {picture, kernel}, {"'groups'", "Conv"}),
      row("unread_ceil_mode", "Conv", 11, {{"ceil_mode", 1}}, {picture, kernel}, {"'ceil_mode'", "Conv"}),
  };
}

std::vector<Refused> refused_pools() {
  const Ints k3{3, 3};
  return {
      row("rank", "MaxPool", 12, {{"kernel_shape", k3}}, {data({6, 8, 8})},
          {"'kernel_shape'", "1 elements", "2"}),
      row("too_few_axes", "MaxPool", 12, {{"kernel_shape", k3}}, {data({6, 8})}, {"'X'", "rank 3", "[6,8]"}),
      row("type", "MaxPool", 12, {{"kernel_shape", k3}}, {data({1, 3, 8, 8}, i32)},
          {"'X'", "float32", "int32"}),
      row("type", "AveragePool", 12, {{"kernel_shape", k3}}, {data({1, 3, 8, 8}, u8)},
          {"'X'", "float32", "uint8"}),
      row("no_kernel_shape", "MaxPool", 12, {}, {picture}, {"'kernel_shape'", "missing"}),
      row("kernel_shape_1d", "AveragePool", 11, {{"kernel_shape", Ints{3}}}, {picture},
          {"'kernel_shape'", "2", "1"}),
      row("kernel_shape_0", "AveragePool", 11, {{"kernel_shape", Ints{0, 3}}}, {picture},
          {"'kernel_shape'", "[0,3]"}),
      row("too_long", "MaxPool", 12, {{"kernel_shape", Ints{9, 9}}}, {picture},
          {"window of 9", "height", "8"}),
      row("padding_only", "MaxPool", 12, {{"kernel_shape", k3}, {"pads", Ints{0, 0, 3, 0}}}, {picture},
          {"'pads'", "3"}),
      row("strides_0", "MaxPool", 12, {{"kernel_shape", k3}, {"strides", Ints{2, 0}}}, {picture},
          {"'strides'", "[2,0]"}),
      row("pads_short", "AveragePool", 11, {{"kernel_shape", k3}, {"pads", Ints{1}}}, {picture},
          {"'pads'", "4", "[1]"}),
      row("ceil_mode", "MaxPool", 12, {{"kernel_shape", k3}, {"ceil_mode", 2}}, {picture},
          {"'ceil_mode'", "0 or 1", "2"}),
      row("count_include_pad", "MaxPool", 12, {{"kernel_shape", k3}, {"count_include_pad", 1}}, {picture},
          {"'count_include_pad'"}),
      row("global_unread", "GlobalAveragePool", 1, {{"kernel_shape", k3}}, {picture}, {"'kernel_shape'"}),
      row("global_rank", "GlobalAveragePool", 1, {}, {flat}, {"'X'", "rank 3", "[3,4]"}),
      row("global_no_pixels", "GlobalAveragePool", 1, {}, {data({1, 3, 0, 4})}, {"'X'", "[1,3,0,4]"}),
      row("two_inputs", "MaxPool", 12, {{"kernel_shape", k3}}, {picture, picture}, {"inputs", "2"}),
  };
}

std::vector<Refused> refused_products() {
  const std::vector<CaseInput> channels(4, weight({6}));
  const auto norm = [&](std::size_t i, const CaseInput& wrong) {
    std::vector<CaseInput> inputs{picture};
    inputs.insert(inputs.end(), channels.begin(), channels.end());
    inputs[i] = wrong;
    return inputs;
  };
  const char* bn = "BatchNormalization";
  return {
      row("inner", "Gemm", 13, {}, {flat, weight({5, 2})}, {"'A'", "'B'", "4", "5"}),
      row("inner_transposed", "Gemm", 13, {{"transB", 1}}, {flat, weight({4, 2})},
          {"'B'", "transposed", "2"}),
      row("rank", "Gemm", 13, {}, {data({3, 4, 1, 1}), weight({4, 2})}, {"'A'", "rank 2", "[3,4,1,1]"}),
      row("c_does_not_broadcast", "Gemm", 13, {}, {flat, weight({4, 2}), weight({3})},
          {"'C'", "[3,2]", "[3]"}),
      row("c_enlarges", "Gemm", 13, {}, {data({1, 4}), weight({4, 2}), weight({5, 2})},
          {"'C'", "[1,2]", "[5,2]"}),
      row("c_rank", "Gemm", 13, {}, {flat, weight({4, 2}), weight({1, 3, 2})}, {"'C'", "[1,3,2]"}),
      row("trans", "Gemm", 13, {{"transB", 3}}, {flat, weight({4, 2})}, {"'transB'", "3"}),
      row("alpha", "Gemm", 13, {{"alpha", 1}}, {flat, weight({4, 2})}, {"'alpha'", "float", "int"}),
      row("scale", bn, 9, {}, norm(1, weight({5})), {"'scale'", "[6]", "[5]"}),
      row("mean", bn, 9, {}, norm(3, weight({6, 1})), {"'mean'", "[6]", "[6,1]"}),
      row("type", bn, 9, {}, norm(4, ints({1, 2, 3, 4, 5, 6})), {"'var'", "float32", "int64"}),
      row("missing", bn, 9, {}, norm(2, absent()), {"'B'", "missing"}),
      row("rank", bn, 9, {}, norm(0, data({6})), {"'X'", "[6]"}),
      row("not_spatial", bn, 7, {{"spatial", 0}}, norm(1, weight({6})), {"'spatial'", "0"}),
      row("training", bn, 14, {{"training_mode", 1}}, norm(1, weight({6})), {"'training_mode'", "1"}),
      row("spatial_is_gone", bn, 9, {{"spatial", 1}}, norm(1, weight({6})), {"'spatial'"}),
      row("inner", "MatMul", 13, {}, {flat, weight({5, 2})}, {"'A'", "'B'", "4", "5"}),
      row("scalar", "MatMul", 13, {}, {flat, data({})}, {"'B'", "[]"}),
      row("batches", "MatMul", 13, {}, {data({2, 3, 4}), data({3, 4, 5})}, {"[2]", "[3]"}),
      row("type", "MatMul", 13, {}, {flat, data({4, 2}, i64)}, {"'B'", "float32", "int64"}),
      row("no_size", "LRN", 13, {}, {picture}, {"'size'", "missing"}),
      row("size_0", "LRN", 13, {{"size", 0}}, {picture}, {"'size'", "0"}),
      row("rank", "LRN", 13, {{"size", 3}}, {data({3})}, {"'X'", "[3]"}),
      row("axis", "ReduceMean", 13, {{"axes", Ints{2}}}, {flat}, {"'axes'", "2", "rank 2"}),
      row("dynamic_axes", "ReduceMean", 18, {}, {flat, data({1}, i64)}, {"'axes'", "computed from data"}),
      row("axes_are_gone", "ReduceMean", 18, {{"axes", Ints{1}}}, {flat}, {"'axes'"}),
      row("nothing", "ReduceMean", 13, {{"axes", Ints{0}}}, {data({0, 3})}, {"'data'", "[0,3]"}),
      row("type", "ReduceMean", 13, {}, {data({3}, u8)}, {"'data'", "uint8"}),
      row("axis", "Softmax", 13, {{"axis", 2}}, {flat}, {"'axis'", "2", "rank 2"}),
      row("type", "Softmax", 13, {}, {data({3}, i64)}, {"'input'", "float32", "int64"}),
      row("scalar", "Softmax", 13, {}, {data({})}, {"'axis'", "rank 0"}),
  };
}

std::vector<Refused> refused_pointwise() {
  return {
      row("broadcast", "Add", 14, {}, {data({2, 3}), data({2, 4})}, {"[2,3]", "[2,4]"}),
      row("broadcast_leading", "Mul", 14, {}, {data({2, 3}), data({2})}, {"[2,3]", "[2]"}),
      row("type", "Pow", 13, {}, {data({2}, u8), data({2})}, {"'X'", "uint8"}),
      row("exponent_type", "Pow", 13, {}, {data({2}), data({2}, u8)}, {"'Y'", "uint8"}),
      row("broadcast", "Sum", 13, {}, {data({2, 3}), data({3}), data({2})}, {"[2,3]", "[2]"}),
      row("type", "Sum", 13, {}, {data({2}), data({2}, i64)}, {"'data_1'", "float32", "int64"}),
      row("no_inputs", "Sum", 13, {}, {}, {"inputs", "0"}),
      row("types_differ", "Sub", 14, {}, {data({2}), data({2}, i64)}, {"'B'", "float32", "int64"}),
      row("type", "Div", 14, {}, {data({2}, DType::boolean), data({2}, DType::boolean)}, {"'A'", "bool"}),
      row("one_input", "Add", 14, {}, {data({2})}, {"2 inputs", "1"}),
      row("old_axis", "Add", 7, {{"axis", 1}}, {data({2}), data({2})}, {"'axis'", "Add"}),
      row("type", "Relu", 14, {}, {data({2}, u8)}, {"'X'", "float32", "int64", "uint8"}),
      row("type", "Sigmoid", 13, {}, {data({2}, i32)}, {"'X'", "float32", "int32"}),
      row("unknown", "Gelu", 20, {{"approximate", "sine"}}, {data({2})},
          {"'approximate'", "'tanh'", "'sine'"}),
      row("no_alpha", "HardSwish", 14, {{"alpha", 0.2F}}, {data({2})}, {"'alpha'", "HardSwish"}),
      row("unread", "Relu", 14, {{"alpha", 0.1F}}, {data({2})}, {"'alpha'", "Relu"}),
      row("attribute_is_gone", "Clip", 11, {{"min", 0.F}}, {data({2})}, {"'min'", "Clip"}),
      row("inputs_too_early", "Clip", 6, {}, {data({2}), scalar(0)}, {"1 inputs", "2"}),
      row("dynamic_bound", "Clip", 13, {}, {data({2}), data({})}, {"'min'", "computed from data"}),
      row("bound_type", "Clip", 13, {}, {data({2}), absent(), scalar(6, i64)}, {"'max'", "float32", "int64"}),
      row("integer_bound_type", "Clip", 13, {}, {data({2}, i32), scalar(0)}, {"'min'", "int32", "float32"}),
      row("dynamic_integer_bound", "Clip", 13, {}, {data({2}, i32), absent(), data({}, i32)},
          {"'max'", "computed from data"}),
      row("bound_shape", "Clip", 13, {}, {data({2}), absent(), weight({2})}, {"'max'", "[2]"}),
      row("bound_of_no_elements", "Clip", 13, {}, {data({2}), fixed(data({0}))}, {"'min'", "[0]"}),
      row("no_scale", "LayerNormalization", 17, {}, {data({2, 3})}, {"2 to 3 inputs", "1"}),
      row("absent_scale", "LayerNormalization", 17, {}, {data({2, 3}), absent(), weight({3})},
          {"'Scale'", "missing"}),
      row("scale_shape", "LayerNormalization", 17, {}, {data({2, 3}), weight({2})},
          {"'Scale'", "[3]", "[2]"}),
      row("scale_type", "LayerNormalization", 17, {}, {data({2, 3}), ints({1, 2, 3})},
          {"'Scale'", "float32", "int64"}),
      row("bias_shape", "LayerNormalization", 17, {}, {data({2, 3}), weight({3}), weight({4})},
          {"'B'", "[3]", "[4]"}),
      row("type", "LayerNormalization", 17, {}, {data({2, 3}, i32), weight({3})},
          {"'X'", "float32", "int32"}),
      row("axis", "LayerNormalization", 17, {{"axis", 2}}, {data({2, 3}), weight({3})}, {"'axis'", "2"}),
      row("stash_type", "LayerNormalization", 17, {{"stash_type", 10}}, {data({2, 3}), weight({3})},
          {"'stash_type'", "10"}),
      row("no_elements", "LayerNormalization", 17, {}, {data({2, 0}), weight({0})}, {"'X'", "[2,0]"}),
      row("no_to", "Cast", 13, {}, {data({2})}, {"'to'", "missing"}),
      row("text", "Cast", 13, {{"to", 8}}, {data({2})}, {"'to'", "string"}),
      row("unknown", "Cast", 13, {{"to", 99}}, {data({2})}, {"'to'", "99"}),
      row("negative", "Cast", 13, {{"to", -1}}, {data({2})}, {"'to'", "-1"}),
  };
}

}  // namespace yy::test
