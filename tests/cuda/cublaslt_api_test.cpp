// The numbers and structures of cuda/private/cublaslt_api.h against cuBLASLt's own header.
#include "cuda/private/cublaslt_api.h"

#include <cublasLt.h>
#include <gtest/gtest.h>
#include <type_traits>

#include "cuda/private/libraries.h"

namespace yy::test {
namespace {

using namespace cuda::cublaslt;

#define SAME(ours, theirs) \
  static_assert(static_cast<std::uint64_t>(ours) == static_cast<std::uint64_t>(theirs))
SAME(success, CUBLAS_STATUS_SUCCESS);
SAME(sizeof(Status), sizeof(cublasStatus_t));
SAME(ComputeType::float32, CUBLAS_COMPUTE_32F);
SAME(ComputeType::tf32, CUBLAS_COMPUTE_32F_FAST_TF32);
SAME(sizeof(ComputeType), sizeof(cublasComputeType_t));
SAME(OperationAttribute::compute_type, CUBLASLT_MATMUL_DESC_COMPUTE_TYPE);
SAME(OperationAttribute::scale_type, CUBLASLT_MATMUL_DESC_SCALE_TYPE);
SAME(OperationAttribute::pointer_mode, CUBLASLT_MATMUL_DESC_POINTER_MODE);
SAME(OperationAttribute::transpose_a, CUBLASLT_MATMUL_DESC_TRANSA);
SAME(OperationAttribute::transpose_b, CUBLASLT_MATMUL_DESC_TRANSB);
SAME(OperationAttribute::epilogue, CUBLASLT_MATMUL_DESC_EPILOGUE);
SAME(OperationAttribute::bias_pointer, CUBLASLT_MATMUL_DESC_BIAS_POINTER);
SAME(OperationAttribute::bias_type, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE);
SAME(sizeof(OperationAttribute), sizeof(cublasLtMatmulDescAttributes_t));
SAME(transposed, CUBLAS_OP_T);
SAME(host_pointers, CUBLASLT_POINTER_MODE_HOST);
SAME(Epilogue::none, CUBLASLT_EPILOGUE_DEFAULT);
SAME(Epilogue::relu, CUBLASLT_EPILOGUE_RELU);
SAME(Epilogue::bias, CUBLASLT_EPILOGUE_BIAS);
SAME(Epilogue::relu_of_bias, CUBLASLT_EPILOGUE_RELU_BIAS);
SAME(LayoutAttribute::type, CUBLASLT_MATRIX_LAYOUT_TYPE);
SAME(LayoutAttribute::order, CUBLASLT_MATRIX_LAYOUT_ORDER);
SAME(LayoutAttribute::rows, CUBLASLT_MATRIX_LAYOUT_ROWS);
SAME(LayoutAttribute::columns, CUBLASLT_MATRIX_LAYOUT_COLS);
SAME(LayoutAttribute::distance, CUBLASLT_MATRIX_LAYOUT_LD);
SAME(LayoutAttribute::batches, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT);
SAME(sizeof(LayoutAttribute), sizeof(cublasLtMatrixLayoutAttribute_t));
SAME(PreferenceAttribute::workspace_bytes, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
SAME(PreferenceAttribute::reductions, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK);
SAME(PreferenceAttribute::alignment_a, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
SAME(PreferenceAttribute::alignment_b, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES);
SAME(PreferenceAttribute::alignment_c, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES);
SAME(PreferenceAttribute::alignment_d, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);
SAME(PreferenceAttribute::numerics, CUBLASLT_MATMUL_PREF_IMPL_MASK);
SAME(sizeof(PreferenceAttribute), sizeof(cublasLtMatmulPreferenceAttributes_t));
SAME(0, CUBLASLT_REDUCTION_SCHEME_NONE);
SAME(reductions::in_output, CUBLASLT_REDUCTION_SCHEME_INPLACE);
SAME(reductions::in_compute_type, CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
SAME(reductions::in_output_type, CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE);
SAME(numerics::float16_sums, CUBLASLT_NUMERICAL_IMPL_FLAGS_ACCUMULATOR_16F);
SAME(numerics::float16_inputs, CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16F);
SAME(numerics::bfloat16_inputs, CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_16BF);
SAME(numerics::tf32_inputs, CUBLASLT_NUMERICAL_IMPL_FLAGS_INPUT_TF32);
SAME(sizeof(Algorithm), sizeof(cublasLtMatmulAlgo_t));
SAME(alignof(Algorithm), alignof(cublasLtMatmulAlgo_t));
SAME(sizeof(Proposal), sizeof(cublasLtMatmulHeuristicResult_t));
SAME(offsetof(Proposal, algorithm), offsetof(cublasLtMatmulHeuristicResult_t, algo));
SAME(offsetof(Proposal, workspace_bytes), offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize));
SAME(offsetof(Proposal, status), offsetof(cublasLtMatmulHeuristicResult_t, state));
SAME(offsetof(Proposal, waves), offsetof(cublasLtMatmulHeuristicResult_t, wavesCount));
SAME(offsetof(Proposal, reserved), offsetof(cublasLtMatmulHeuristicResult_t, reserved));
#undef SAME

// Functions, by what their parameters are to a caller: a pointer, or a number of so many bytes.
template <class T>
constexpr int passed_as = std::is_pointer_v<T>                         ? 0
                          : std::is_enum_v<T> || std::is_integral_v<T> ? sizeof(T)
                                                                       : -1;

template <class Ours, class Theirs>
struct CalledAlike : std::false_type {};
template <class R, class... P, class S, class... Q>
requires(sizeof...(P) == sizeof...(Q)) struct CalledAlike<R (*)(P...), S (*)(Q...)>
    : std::bool_constant<passed_as<R> == passed_as<S> && ((passed_as<P> == passed_as<Q>)&&...)> {
};

using Api = cuda::Libraries::CublasLt;
#define ALIKE(ours, theirs) static_assert(CalledAlike<decltype(Api::ours), decltype(&theirs)>::value)
ALIKE(version, cublasLtGetVersion);
ALIKE(status_text, cublasLtGetStatusString);
ALIKE(create, cublasLtCreate);
ALIKE(destroy, cublasLtDestroy);
ALIKE(create_operation, cublasLtMatmulDescCreate);
ALIKE(destroy_operation, cublasLtMatmulDescDestroy);
ALIKE(set_operation, cublasLtMatmulDescSetAttribute);
ALIKE(create_layout, cublasLtMatrixLayoutCreate);
ALIKE(destroy_layout, cublasLtMatrixLayoutDestroy);
ALIKE(create_preference, cublasLtMatmulPreferenceCreate);
ALIKE(destroy_preference, cublasLtMatmulPreferenceDestroy);
ALIKE(set_preference, cublasLtMatmulPreferenceSetAttribute);
ALIKE(propose, cublasLtMatmulAlgoGetHeuristic);
ALIKE(multiply, cublasLtMatmul);
#undef ALIKE

TEST(CublasLtApi, IsThatOfTheHeader) {}  // the compiler has compared them

}  // namespace
}  // namespace yy::test
