// What we tell cuBLASLt, and what we make of its answers.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cuda/private/cublaslt_product.h"
#include "runtime/error.h"
#include "tests/cuda/cublaslt_stand_in.h"
#include "tests/cuda/small_product.h"

namespace yy::test {
namespace {

using cuda::CublasLtPlan;
using cuda::ProductProblem;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
namespace lt = cuda::cublaslt;

std::shared_ptr<cuda::Libraries> stand_in() {
  auto libraries = std::make_shared<cuda::Libraries>(cuda::open_libraries("libno_cudnn.so.9"));
  return add_cublaslt_stand_in(*libraries) ? libraries : nullptr;
}

std::string trouble(std::shared_ptr<const cuda::Libraries> libraries) {
  try {
    cuda::open_cublaslt(std::move(libraries), 0);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::device);
    return error.what();
  }
  return "";
}

class CublasLt : public testing::Test {
 protected:
  void SetUp() override {
    libraries_ = stand_in();
    if (libraries_ == nullptr) GTEST_SKIP() << "cuBLASLt is not installed";
  }

  std::shared_ptr<const cuda::CublasLtDevice> device() const { return cuda::open_cublaslt(libraries_, 0); }

  std::vector<CublasLtPlan> plans(const ProductProblem& problem, int most = 1) const {
    auto made = plan_product(*device(), problem, most);
    if (const auto* refusal = std::get_if<Refusal>(&made)) throw std::runtime_error(refusal->reason);
    return std::get<std::vector<CublasLtPlan>>(std::move(made));
  }
  std::string refusal(const ProductProblem& problem) const {
    const auto made = plan_product(*device(), problem, 1);
    const auto* refusal = std::get_if<Refusal>(&made);
    return refusal == nullptr ? "" : refusal->reason;
  }

  std::shared_ptr<cuda::Libraries> libraries_;
};

TEST(CublasLtMissing, IsNamed) {
  EXPECT_THAT(trouble(std::make_shared<cuda::Libraries>(cuda::open_libraries("", "libno_cublasLt.so.13"))),
              AllOf(HasSubstr("cuBLASLt is not there"), HasSubstr("libno_cublasLt.so.13")));
}

TEST(CublasLtMissing, ALibraryThatLacksAFunctionIsNone) {
  const cuda::Libraries libraries = cuda::open_libraries("", "libc.so.6");
  EXPECT_EQ(libraries.cublaslt.library.handle, nullptr);
  EXPECT_THAT(libraries.cublaslt.library.trouble, HasSubstr("cublasLtGetVersion"));
}

TEST_F(CublasLt, IsRefusedWhereItIsTooOld) {
  libraries_->cublaslt.version = [] { return std::size_t{120900}; };
  EXPECT_THAT(trouble(libraries_), HasSubstr("cuBLASLt 12.9.0 is too old; version 13.0"));
}

TEST_F(CublasLt, HasNoHandleWithoutADriver) {
  if (void* driver = dlopen("libcuda.so.1", RTLD_NOW)) {
    dlclose(driver);
    GTEST_SKIP() << "there is a driver";
  }
  const auto real = std::make_shared<const cuda::Libraries>(cuda::open_libraries("libno_cudnn.so.9"));
  EXPECT_THAT(trouble(real), HasSubstr("cuBLASLt: a handle cannot be made: status 1, "));
}

TEST_F(CublasLt, PlansWhatOurTensorsAre) {
  for (DType read : {DType::f32, DType::f16, DType::bf16}) {
    for (DType written : {read, DType::f32}) EXPECT_EQ(refusal(problem_of(read, written)), "");
  }
  EXPECT_EQ(refusal(problem_of(DType::f32, DType::f16)), "from float32 to float16 is not supported");
  EXPECT_EQ(refusal(problem_of(DType::f16, DType::bf16)), "from float16 to bfloat16 is not supported");
  EXPECT_EQ(refusal(problem_of(DType::i8)), "from int8 to int8 is not supported");
}

TEST_F(CublasLt, RefusesWhatIsNoProduct) {
  for (auto member : {&ProductProblem::rows, &ProductProblem::depth, &ProductProblem::columns}) {
    ProductProblem nothing = problem_of(DType::f32);
    nothing.*member = 0;
    EXPECT_EQ(refusal(nothing), "nothing to multiply");
  }
  ProductProblem narrow = problem_of(DType::f32);
  narrow.pitch = 31;
  EXPECT_EQ(refusal(narrow), "rows of 32 that begin every 31 would overlap");
}

TEST_F(CublasLt, RefusesInTheLibrarysWords) {
  libraries_->cublaslt.propose = [](auto...) { return 15; };
  EXPECT_EQ(refusal(problem_of(DType::f32)),
            "cuBLASLt: no algorithm is proposed: status 15, the requested functionality is not supported");
  libraries_->cublaslt.propose = [](lt::Handle, lt::RawOperation, lt::RawLayout, lt::RawLayout, lt::RawLayout,
                                    lt::RawLayout, lt::RawPreference, int, lt::Proposal* proposals,
                                    int* count) {
    proposals[0].status = 15;
    *count = 1;
    return lt::success;
  };
  EXPECT_EQ(refusal(problem_of(DType::f32)), "cuBLASLt: none of its algorithms fits");
}

TEST_F(CublasLt, GivesAsManyPlansAsAreAskedFor) {
  EXPECT_EQ(plans(problem_of(DType::f32), 1).size(), 1U);
  const std::vector<CublasLtPlan> all = plans(problem_of(DType::f32), 8);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_NE(all[0].algorithm.data[0], all[1].algorithm.data[0]);
  EXPECT_NE(all[0].workspace_bytes, all[1].workspace_bytes);
}

TEST_F(CublasLt, IsToldOurPromises) {
  plans(problem_of(DType::f32));
  AskedProduct asked = last_asked_product();
  EXPECT_EQ(asked.compute_type, lt::ComputeType::float32);
  EXPECT_EQ(asked.reductions, lt::reductions::in_compute_type);
  EXPECT_EQ(~asked.numerics, lt::numerics::float16_sums | lt::numerics::float16_inputs |
                                 lt::numerics::bfloat16_inputs | lt::numerics::tf32_inputs);
  EXPECT_EQ(asked.workspace_bytes, 32U << 20);
  plans(problem_of(DType::f16));
  asked = last_asked_product();
  EXPECT_EQ(asked.compute_type, lt::ComputeType::float32);
  EXPECT_EQ(asked.reductions, lt::reductions::in_compute_type);
  EXPECT_EQ(~asked.numerics, lt::numerics::float16_sums);
}

TEST_F(CublasLt, RoundsToTf32WhereItMay) {
  ProductProblem problem = problem_of(DType::f32);
  problem.tf32 = true;
  plans(problem);
  EXPECT_EQ(last_asked_product().compute_type, lt::ComputeType::tf32);
  EXPECT_NE(last_asked_product().numerics & lt::numerics::tf32_inputs, 0U);
  problem = problem_of(DType::f16);
  problem.tf32 = true;  // means nothing
  plans(problem);
  EXPECT_EQ(last_asked_product().compute_type, lt::ComputeType::float32);
}

TEST_F(CublasLt, IsToldHowTensorsLie) {
  ProductProblem problem = problem_of(DType::f16);
  problem.bias = problem.relu = problem.residual = true;
  plans(problem);
  AskedProduct asked = last_asked_product();
  EXPECT_EQ(asked.epilogue, lt::Epilogue::relu_of_bias);
  EXPECT_THAT(asked.alignment, Each(256U));
  EXPECT_EQ(asked.bias_alignment, 256U);
  EXPECT_EQ(asked.d_distance, 32);
  problem.pitch = 48;
  plans(problem);
  asked = last_asked_product();
  EXPECT_THAT(asked.alignment, testing::ElementsAre(256U, 256U, 256U, 16U));
  EXPECT_EQ(asked.c_distance, 32);
  EXPECT_EQ(asked.d_distance, 48);
  problem.residual = false;  // then c is d, and is not read
  plans(problem);
  EXPECT_THAT(last_asked_product().alignment, testing::ElementsAre(256U, 256U, 16U, 16U));
  EXPECT_EQ(last_asked_product().c_distance, 48);
}

TEST_F(CublasLt, TellsItsProblems) {
  ProductProblem problem = problem_of(DType::f16, DType::f32);
  EXPECT_EQ(problem.text(), "12 x 64 -> 32 float16 to float32");
  problem = problem_of(DType::f32);
  problem.tf32 = problem.residual = problem.bias = problem.relu = true;
  problem.alpha = 0.5;
  problem.pitch = 48;
  EXPECT_EQ(problem.text(), "12 x 64 -> 32 float32 as tf32, alpha 0.5, pitch 48, residual, bias, relu");
}

TEST_F(CublasLt, TensorsThatAreNotAlignedAsPromisedAreAnError) {
  ProductProblem problem = problem_of(DType::f32);
  problem.pitch = 48;
  const CublasLtPlan plan = plans(problem).at(0);
  const auto pointer = [](std::uintptr_t at) { return reinterpret_cast<void*>(at); };
  const cuda::ProductPointers good{pointer(256), pointer(512), nullptr, nullptr, pointer(16), pointer(1024)};
  EXPECT_NO_THROW(cuda::BoundProduct(device(), plan, good));
  cuda::ProductPointers bad = good;
  bad.y = pointer(24);
  EXPECT_THROW(cuda::BoundProduct(device(), plan, bad), Error);
  bad = good;
  bad.x = pointer(128);
  EXPECT_THROW(cuda::BoundProduct(device(), plan, bad), Error);
  bad = good;
  bad.workspace = nullptr;
  EXPECT_THROW(cuda::BoundProduct(device(), plan, bad), Error);
}

TEST_F(CublasLt, NamesTheProductThatItCannotRun) {
  libraries_->cublaslt.multiply = [](auto...) { return 13; };
  const auto pointer = [](std::uintptr_t at) { return reinterpret_cast<void*>(at); };
  const cuda::BoundProduct product(
      device(), plans(problem_of(DType::f32)).at(0),
      {pointer(256), pointer(512), nullptr, nullptr, pointer(768), pointer(1024)});
  try {
    product.run(nullptr);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cuBLASLt: cannot run 12 x 64 -> 32 float32: status 13, "));
  }
}

}  // namespace
}  // namespace yy::test
