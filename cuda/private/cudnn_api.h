// The part of cuDNN 9's backend interface that we use, as the library's documentation gives it, under names
// of our own: a build needs no header of cuDNN, and the library is opened while the program runs
// (libraries.h). tests/cuda/cudnn_api_test.cpp compares the numbers with those of cuDNN's header where it is
// installed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cuda_runtime_api.h>

namespace yy::cuda::cudnn {

using Handle = void*;
using RawDescriptor = void*;
using Status = int;
inline constexpr Status success = 0;

enum class Kind : int {
  pointwise = 0,
  convolution = 1,
  engine = 2,
  engine_config = 3,
  heuristics = 4,
  plan = 5,
  convolution_operation = 10,
  pointwise_operation = 13,
  graph = 15,
  variant_pack = 16,
  tensor = 17,
  device = 38,
};

// What an attribute's elements are.
enum class Element : int {
  handle = 0,
  data_type = 1,
  boolean = 2,
  int64 = 3,
  float32 = 4,
  pointer = 6,
  convolution_mode = 7,
  heuristic_mode = 8,
  numerical_note = 11,
  pointwise_mode = 14,
  descriptor = 15,
  behavior_note = 19,
  int32 = 23,
  character = 24,
};

enum class Attribute : int {
  pointwise_mode = 0,
  pointwise_math_type = 1,
  convolution_type = 100,
  convolution_mode = 101,
  convolution_dilations = 102,
  convolution_strides = 103,
  convolution_pads_after = 104,
  convolution_pads_before = 105,
  convolution_axes = 106,
  heuristics_mode = 200,
  heuristics_graph = 201,
  heuristics_results = 202,
  heuristics_device = 204,
  engine_config_engine = 300,
  plan_engine_config = 401,
  plan_workspace_size = 402,
  plan_device = 407,
  convolution_alpha = 700,
  convolution_beta = 701,
  convolution_descriptor = 702,
  convolution_w = 703,
  convolution_x = 704,
  convolution_y = 705,
  pointwise_descriptor = 750,
  pointwise_x = 751,
  pointwise_b = 752,
  pointwise_y = 753,
  graph_operations = 801,
  tensor_alignment = 900,
  tensor_data_type = 901,
  tensor_dimensions = 902,
  tensor_strides = 903,
  tensor_id = 906,
  tensor_is_virtual = 907,
  pack_ids = 1000,
  pack_pointers = 1001,
  pack_workspace = 1003,
  engine_index = 1301,
  engine_numerical_notes = 1303,
  engine_behavior_notes = 1305,
  device_id = 2700,
  device_json = 2702,
};

enum class DataType : int { float32 = 0, float16 = 2, bfloat16 = 9 };
enum class PointwiseMode : int { add = 0, relu = 100 };
enum class HeuristicMode : int { fallback = 2, a = 3 };
inline constexpr int cross_correlation = 1;

enum class NumericalNote : int {
  tensor_core = 0,
  down_convert_inputs = 1,
  reduced_precision_reduction = 2,
  fft = 3,
  nondeterministic = 4,
  winograd = 5,
  winograd_4x4 = 6,
  winograd_6x6 = 7,
  winograd_13x13 = 8,
  strict_nan = 9,
};

enum class BehaviorNote : int { runtime_compilation = 0 };

}  // namespace yy::cuda::cudnn
