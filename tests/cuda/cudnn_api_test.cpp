// The numbers of cuda/private/cudnn_api.h against cuDNN's own header.
#include "cuda/private/cudnn_api.h"

#include <cudnn.h>
#include <gtest/gtest.h>

namespace yy::test {
namespace {

using namespace cuda::cudnn;

#define SAME(ours, theirs) static_assert(static_cast<int>(ours) == static_cast<int>(theirs))
SAME(success, CUDNN_STATUS_SUCCESS);
SAME(Kind::pointwise, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
SAME(Kind::convolution, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
SAME(Kind::engine, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
SAME(Kind::engine_config, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
SAME(Kind::heuristics, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
SAME(Kind::plan, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
SAME(Kind::convolution_operation, CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
SAME(Kind::pointwise_operation, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
SAME(Kind::graph, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
SAME(Kind::variant_pack, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
SAME(Kind::tensor, CUDNN_BACKEND_TENSOR_DESCRIPTOR);
SAME(Kind::device, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
SAME(Element::handle, CUDNN_TYPE_HANDLE);
SAME(Element::data_type, CUDNN_TYPE_DATA_TYPE);
SAME(Element::boolean, CUDNN_TYPE_BOOLEAN);
SAME(Element::int64, CUDNN_TYPE_INT64);
SAME(Element::float32, CUDNN_TYPE_FLOAT);
SAME(Element::pointer, CUDNN_TYPE_VOID_PTR);
SAME(Element::convolution_mode, CUDNN_TYPE_CONVOLUTION_MODE);
SAME(Element::heuristic_mode, CUDNN_TYPE_HEUR_MODE);
SAME(Element::numerical_note, CUDNN_TYPE_NUMERICAL_NOTE);
SAME(Element::pointwise_mode, CUDNN_TYPE_POINTWISE_MODE);
SAME(Element::descriptor, CUDNN_TYPE_BACKEND_DESCRIPTOR);
SAME(Element::behavior_note, CUDNN_TYPE_BEHAVIOR_NOTE);
SAME(Element::int32, CUDNN_TYPE_INT32);
SAME(Element::character, CUDNN_TYPE_CHAR);
SAME(Attribute::pointwise_mode, CUDNN_ATTR_POINTWISE_MODE);
SAME(Attribute::pointwise_math_type, CUDNN_ATTR_POINTWISE_MATH_PREC);
SAME(Attribute::convolution_type, CUDNN_ATTR_CONVOLUTION_COMP_TYPE);
SAME(Attribute::convolution_mode, CUDNN_ATTR_CONVOLUTION_CONV_MODE);
SAME(Attribute::convolution_dilations, CUDNN_ATTR_CONVOLUTION_DILATIONS);
SAME(Attribute::convolution_strides, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
SAME(Attribute::convolution_pads_after, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS);
SAME(Attribute::convolution_pads_before, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
SAME(Attribute::convolution_axes, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS);
SAME(Attribute::heuristics_mode, CUDNN_ATTR_ENGINEHEUR_MODE);
SAME(Attribute::heuristics_graph, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
SAME(Attribute::heuristics_results, CUDNN_ATTR_ENGINEHEUR_RESULTS);
SAME(Attribute::heuristics_device, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
SAME(Attribute::engine_config_engine, CUDNN_ATTR_ENGINECFG_ENGINE);
SAME(Attribute::plan_engine_config, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
SAME(Attribute::plan_workspace_size, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
SAME(Attribute::plan_device, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
SAME(Attribute::convolution_alpha, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA);
SAME(Attribute::convolution_beta, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA);
SAME(Attribute::convolution_descriptor, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC);
SAME(Attribute::convolution_w, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W);
SAME(Attribute::convolution_x, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X);
SAME(Attribute::convolution_y, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y);
SAME(Attribute::pointwise_descriptor, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
SAME(Attribute::pointwise_x, CUDNN_ATTR_OPERATION_POINTWISE_XDESC);
SAME(Attribute::pointwise_b, CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
SAME(Attribute::pointwise_y, CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
SAME(Attribute::graph_operations, CUDNN_ATTR_OPERATIONGRAPH_OPS);
SAME(Attribute::tensor_alignment, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
SAME(Attribute::tensor_data_type, CUDNN_ATTR_TENSOR_DATA_TYPE);
SAME(Attribute::tensor_dimensions, CUDNN_ATTR_TENSOR_DIMENSIONS);
SAME(Attribute::tensor_strides, CUDNN_ATTR_TENSOR_STRIDES);
SAME(Attribute::tensor_id, CUDNN_ATTR_TENSOR_UNIQUE_ID);
SAME(Attribute::tensor_is_virtual, CUDNN_ATTR_TENSOR_IS_VIRTUAL);
SAME(Attribute::pack_ids, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
SAME(Attribute::pack_pointers, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
SAME(Attribute::pack_workspace, CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
SAME(Attribute::engine_index, CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
SAME(Attribute::engine_numerical_notes, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE);
SAME(Attribute::engine_behavior_notes, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE);
SAME(BehaviorNote::runtime_compilation, CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION);
SAME(Attribute::device_id, CUDNN_ATTR_DEVICEPROP_DEVICE_ID);
SAME(Attribute::device_json, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
SAME(DataType::float32, CUDNN_DATA_FLOAT);
SAME(DataType::float16, CUDNN_DATA_HALF);
SAME(DataType::bfloat16, CUDNN_DATA_BFLOAT16);
SAME(PointwiseMode::add, CUDNN_POINTWISE_ADD);
SAME(PointwiseMode::relu, CUDNN_POINTWISE_RELU_FWD);
SAME(HeuristicMode::fallback, CUDNN_HEUR_MODE_FALLBACK);
SAME(HeuristicMode::a, CUDNN_HEUR_MODE_A);
SAME(cross_correlation, CUDNN_CROSS_CORRELATION);
SAME(NumericalNote::tensor_core, CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
SAME(NumericalNote::down_convert_inputs, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS);
SAME(NumericalNote::reduced_precision_reduction, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION);
SAME(NumericalNote::fft, CUDNN_NUMERICAL_NOTE_FFT);
SAME(NumericalNote::nondeterministic, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);
SAME(NumericalNote::winograd, CUDNN_NUMERICAL_NOTE_WINOGRAD);
SAME(NumericalNote::winograd_4x4, CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4);
SAME(NumericalNote::winograd_6x6, CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6);
SAME(NumericalNote::winograd_13x13, CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13);
SAME(NumericalNote::strict_nan, CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP);
#undef SAME

TEST(CudnnApi, IsThatOfTheHeader) {}  // the compiler has compared them

}  // namespace
}  // namespace yy::test
