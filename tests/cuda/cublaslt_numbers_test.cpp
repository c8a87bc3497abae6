// Types, epilogues and places of cuBLASLt's products, and the layers that they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "cuda/private/cublaslt_layer.h"
#include "cuda/private/cublaslt_product.h"
#include "runtime/error.h"
#include "tests/cases/case.h"
#include "tests/cuda/cublaslt_stand_in.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/cuda/small_product.h"

namespace yy::test {
namespace {

using cuda::ProductProblem;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
namespace lt = cuda::cublaslt;

class CublasLtNumbers : public testing::Test {
 protected:
  void SetUp() override {
    libraries_ = std::make_shared<cuda::Libraries>(cuda::open_libraries("libno_cudnn.so.9"));
    if (!add_cublaslt_stand_in(*libraries_)) GTEST_SKIP() << "cuBLASLt is not installed";
  }
  std::shared_ptr<const cuda::CublasLtDevice> device() const { return cuda::open_cublaslt(libraries_, 0); }

  std::shared_ptr<cuda::Libraries> libraries_;
};

// --- layers ---

class CublasLtLayerNumbers : public CublasLtNumbers {
 protected:
  // The layer of inputs x, W and the bias; W is [depth, columns].
  KernelOrRefusal make(const Prepared& prepared, cuda::LayerProduct layer, int candidate = 0,
                       std::int64_t slice_pitch = 0, bool tf32 = false) {
    cuda::Context context;
    context.cublaslt = device();
    layer.rows = 3;
    layer.depth = 10;
    layer.columns = 7;
    const KernelRequest request{*case_.op, prepared.inputs, prepared.outputs, 1, weights_, slice_pitch, {},
                                tf32};
    return cuda::cublaslt_layer_kernel(request, context, layer, candidate);
  }
  Kernel kernel(const Prepared& prepared, const cuda::LayerProduct& layer = {}, int candidate = 0) {
    return std::get<Kernel>(make(prepared, layer, candidate));
  }
  std::string refusal(const Prepared& prepared, const cuda::LayerProduct& layer = {}) {
    const KernelOrRefusal made = make(prepared, layer);
    const auto* refusal = std::get_if<Refusal>(&made);
    return refusal == nullptr ? "" : refusal->reason;
  }

  Case case_ = node("layer", "Gemm", 13, {}, {data({3, 10}), weight({10, 7}), fixed(data_in({7}, 1, 2))});
  WeightStore weights_{settle_on(cuda_backend())};
  const Activation relu_{.kind = Activation::Kind::relu}, gelu_{.kind = Activation::Kind::gelu};
  const Arrangement narrow_{.read = DType::f16, .written = DType::f16};
  const Arrangement widening_{.read = DType::f16, .written = DType::f32};
};

TEST_F(CublasLtLayerNumbers, FuseReluIntoSlices) {
  const Prepared prepared = prepare(case_, {});
  const auto made = std::get<Kernel>(make(prepared, {.activation = relu_}, 0, 12));
  EXPECT_TRUE(made.writes_slice);
  EXPECT_EQ(last_asked_product().d_distance, 12);
  EXPECT_EQ(last_asked_product().epilogue, lt::Epilogue::relu_of_bias);
  EXPECT_FALSE(std::get<Kernel>(make(prepared, {.activation = gelu_}, 0, 12)).writes_slice);
  EXPECT_EQ(last_asked_product().epilogue, lt::Epilogue::bias);
}

TEST_F(CublasLtLayerNumbers, ReadResidualsOfTheOutputsType) {
  for (const Arrangement& arrangement : {narrow_, widening_}) {
    Prepared prepared = prepare(case_, arrangement);
    prepared.inputs.push_back({true, prepared.outputs[0]});
    EXPECT_EQ(refusal(prepared, {.residual = true}), "");
    prepared.inputs[3].desc.dtype = arrangement.written == DType::f16 ? DType::f32 : DType::f16;
    EXPECT_THAT(refusal(prepared, {.residual = true}), HasSubstr("the residual should be"));
    EXPECT_EQ(refusal(prepared, {.residual = false}), "");
  }
}

TEST_F(CublasLtLayerNumbers, RefuseABiasBeyondFloat16) {
  case_.inputs[2].low = case_.inputs[2].high = 1e6;
  EXPECT_EQ(refusal(prepare(case_, narrow_)), "a number of the bias lies beyond float16's range");
  EXPECT_EQ(refusal(prepare(case_, widening_)), "");
  EXPECT_EQ(refusal(prepare(case_, {.read = DType::bf16, .written = DType::bf16})), "");
  EXPECT_EQ(refusal(prepare(case_, narrow_), {.beta = 0.01F}), "");
}

TEST_F(CublasLtLayerNumbers, PackWhatHasToBe) {
  const Kernel narrow = kernel(prepare(case_, narrow_)), widening = kernel(prepare(case_, widening_));
  EXPECT_TRUE(narrow.packs(1));
  EXPECT_TRUE(narrow.packs(2));
  EXPECT_TRUE(widening.packs(1));
  EXPECT_FALSE(widening.packs(2));
  case_.inputs[2].constant = false;
  Prepared computed = prepare(case_, widening_);
  computed.inputs[2].desc.dtype = DType::f32;
  EXPECT_FALSE(kernel(computed).packs(2));
}

TEST_F(CublasLtLayerNumbers, ActivateFloat32Afterwards) {
  const Prepared prepared = prepare(case_, widening_);
  EXPECT_THAT(kernel(prepared, {.activation = gelu_}).implementation, EndsWith(" + unary"));
  EXPECT_THAT(kernel(prepared, {.activation = relu_}).implementation, Not(HasSubstr("unary")));
  EXPECT_THAT(kernel(prepared).implementation, Not(HasSubstr("unary")));
}

TEST_F(CublasLtLayerNumbers, TellCandidatesApart) {
  const Prepared prepared = prepare(case_, {});
  std::set<std::string> names;
  std::set<std::size_t> workspaces;
  for (int candidate : {0, 1, 2}) {
    const Kernel made = kernel(prepared, {}, candidate);
    names.insert(made.implementation);
    workspaces.insert(made.workspace_bytes);
  }
  EXPECT_EQ(names.size(), 3U);
  EXPECT_EQ(workspaces, (std::set<std::size_t>{0, 4096, 1 << 20}));
  EXPECT_EQ(kernel(prepared, {}, 1).implementation, kernel(prepared, {}, 1).implementation);
}

TEST_F(CublasLtLayerNumbers, RoundToTf32WhereTheRequestMay) {
  const Prepared prepared = prepare(case_, {});
  make(prepared, {}, 0, 0, true);
  EXPECT_EQ(last_asked_product().compute_type, lt::ComputeType::tf32);
  make(prepared, {}, 0, 0, false);
  EXPECT_EQ(last_asked_product().compute_type, lt::ComputeType::float32);
}

TEST_F(CublasLtLayerNumbers, AddABiasWhereThereIsOne) {
  const Prepared prepared = prepare(case_, {});
  kernel(prepared);
  EXPECT_EQ(last_asked_product().epilogue, lt::Epilogue::bias);
  Prepared none = prepared;
  none.inputs[2] = {};
  EXPECT_FALSE(kernel(none, {.beta = 2}).packs(2));
  EXPECT_EQ(last_asked_product().epilogue, lt::Epilogue::none);
  none.inputs.pop_back();
  kernel(none, {.activation = relu_});
  EXPECT_EQ(last_asked_product().epilogue, lt::Epilogue::relu);
}

// --- products ---

class CublasLtProductNumbers : public CublasLtNumbers {
 protected:
  std::vector<cuda::CublasLtPlan> plans(const ProductProblem& problem) const {
    auto made = plan_product(*device(), problem, 8);
    if (const auto* refusal = std::get_if<Refusal>(&made)) throw std::runtime_error(refusal->reason);
    return std::get<std::vector<cuda::CublasLtPlan>>(std::move(made));
  }
};

TEST_F(CublasLtProductNumbers, HaveTheirEpilogues) {
  const auto epilogue = [&](bool bias, bool relu) {
    ProductProblem problem = problem_of(DType::f32, DType::f32);
    problem.bias = bias;
    problem.relu = relu;
    plans(problem);
    return last_asked_product().epilogue;
  };
  EXPECT_EQ(epilogue(false, false), lt::Epilogue::none);
  EXPECT_EQ(epilogue(false, true), lt::Epilogue::relu);
  EXPECT_EQ(epilogue(true, false), lt::Epilogue::bias);
  EXPECT_EQ(epilogue(true, true), lt::Epilogue::relu_of_bias);
}

// tf32 is about float32 that is read, not written.
TEST_F(CublasLtProductNumbers, OfNarrowInputsAreNotRounded) {
  for (DType read : {DType::f16, DType::bf16}) {
    ProductProblem problem = problem_of(read, DType::f32);
    problem.tf32 = true;
    plans(problem);
    EXPECT_EQ(last_asked_product().compute_type, lt::ComputeType::float32);
    EXPECT_EQ(~last_asked_product().numerics, lt::numerics::float16_sums);
  }
  ProductProblem problem = problem_of(DType::f32, DType::f32);
  problem.tf32 = true;
  plans(problem);
  EXPECT_EQ(~last_asked_product().numerics,
            lt::numerics::float16_sums | lt::numerics::float16_inputs | lt::numerics::bfloat16_inputs);
}

TEST_F(CublasLtProductNumbers, AreOfRealNumbers) {
  const auto made = plan_product(*device(), problem_of(DType::i8, DType::f32), 1);
  ASSERT_TRUE(std::holds_alternative<Refusal>(made));
  EXPECT_EQ(std::get<Refusal>(made).reason, "from int8 to float32 is not supported");
}

// The library is told the limit, but is not trusted with it.
TEST_F(CublasLtProductNumbers, DropWhatNeedsTooMuchMemory) {
  libraries_->cublaslt.propose = [](lt::Handle, lt::RawOperation, lt::RawLayout, lt::RawLayout, lt::RawLayout,
                                    lt::RawLayout, lt::RawPreference, int, lt::Proposal* proposals,
                                    int* count) {
    proposals[0].workspace_bytes = std::size_t{33} << 20;
    proposals[1].workspace_bytes = std::size_t{32} << 20;
    proposals[2].status = 15;
    *count = 3;
    return lt::success;
  };
  const auto all = plans(problem_of(DType::f32, DType::f32));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].workspace_bytes, std::size_t{32} << 20);
}

TEST_F(CublasLtProductNumbers, SayWhichTensorIsNotAligned) {
  ProductProblem problem = problem_of(DType::f32, DType::f32);
  problem.bias = problem.residual = true;
  const auto made = plans(problem).at(0);
  const auto pointer = [](std::uintptr_t at) { return reinterpret_cast<void*>(at); };
  const cuda::ProductPointers good{pointer(256),  pointer(512),  pointer(768),
                                   pointer(1024), pointer(1280), pointer(1536)};
  const auto trouble = [&](const cuda::ProductPointers& at) -> std::string {
    try {
      const cuda::BoundProduct product(device(), made, at);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::device);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(trouble(good), "");
  using Member = const void* cuda::ProductPointers::*;
  for (const auto& [name, member] :
       {std::pair("x", Member{&cuda::ProductPointers::x}), std::pair("W", Member{&cuda::ProductPointers::w}),
        std::pair("the residual", Member{&cuda::ProductPointers::residual}),
        std::pair("the bias", Member{&cuda::ProductPointers::bias})}) {
    for (const void* bad : {static_cast<const void*>(pointer(128)), static_cast<const void*>(nullptr)}) {
      cuda::ProductPointers at = good;
      at.*member = bad;
      EXPECT_THAT(trouble(at), HasSubstr(std::string(name) + " should be at a multiple of 256 bytes"));
    }
  }
  for (auto member : {&cuda::ProductPointers::y, &cuda::ProductPointers::workspace}) {
    cuda::ProductPointers at = good;
    at.*member = pointer(128);
    EXPECT_THAT(trouble(at), HasSubstr("should be at a multiple of 256 bytes"));
  }
}

}  // namespace
}  // namespace yy::test
