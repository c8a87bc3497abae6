// What we tell cuDNN, and what the real library answers for GPUs that are only described.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cuda/private/backend.h"
#include "cuda/private/cudnn_graph.h"
#include "ops/conv.h"
#include "runtime/error.h"
#include "tests/cuda/cudnn_stand_in.h"
#include "yy/network.h"

namespace yy::test {
namespace {

using cuda::ConvProblem;
using cuda::CudnnPlan;
using testing::AllOf;
using testing::HasSubstr;

class Cudnn : public testing::Test {
 protected:
  void SetUp() override {
    if (libraries_with_stand_in("a100") == nullptr) GTEST_SKIP() << "cuDNN is not installed";
  }

  static std::shared_ptr<const cuda::CudnnDevice> device(const char* name) {
    return cuda::open_cudnn(libraries_with_stand_in(name), 0);
  }

  // 3x3, 64 to 64 channels, 56 x 56.
  static ConvProblem problem(DType type) {
    ConvProblem problem;
    problem.x = problem.y = {8, 64, 56, 56};
    problem.w = {64, 64, 3, 3};
    problem.pads_before = problem.pads_after = {1, 1};
    problem.read = problem.written = type;
    problem.bias = problem.relu = problem.residual = true;
    return problem;
  }

  static std::string refusal(const char* name, const ConvProblem& problem) {
    const auto made = plan_convolution(*device(name), problem, 1);
    const auto* refusal = std::get_if<Refusal>(&made);
    return refusal == nullptr ? "" : refusal->reason;
  }
};

TEST_F(Cudnn, PlansForEveryDescribedDevice) {
  for (const char* name : {"t4", "a100", "h100"}) {
    for (DType type : {DType::f32, DType::f16}) {
      const auto made = plan_convolution(*device(name), problem(type), 1);
      ASSERT_TRUE(std::holds_alternative<std::vector<CudnnPlan>>(made))
          << name << ": " << std::get<Refusal>(made).reason;
      EXPECT_GT(std::get<std::vector<CudnnPlan>>(made).at(0).engine, 0) << name;
    }
  }
}

TEST_F(Cudnn, ProposesAsManyAsAreAskedForInOrder) {
  const auto plans = [&](int most) {
    return std::get<std::vector<CudnnPlan>>(plan_convolution(*device("a100"), problem(DType::f16), most));
  };
  const auto few = plans(2), more = plans(4);
  ASSERT_EQ(few.size(), 2U);
  ASSERT_EQ(more.size(), 4U);
  for (std::size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i].engine, more[i].engine);
}

TEST_F(Cudnn, HasNoBfloat16BeforeAmpere) {
  EXPECT_NE(refusal("t4", problem(DType::bf16)), "");
  EXPECT_EQ(refusal("a100", problem(DType::bf16)), "");
}

TEST_F(Cudnn, RefusesInItsOwnWords) {
  ConvProblem wrong = problem(DType::f32);
  wrong.y[2] = 55;  // the output that these pads do not give
  EXPECT_THAT(refusal("a100", wrong), HasSubstr("cuDNN: a descriptor is refused: status"));
  wrong = problem(DType::f32);
  wrong.stride = {0, 1};
  EXPECT_THAT(refusal("a100", wrong), HasSubstr("cuDNN:"));
}

TEST_F(Cudnn, ADescriptionThatIsNoneIsAnError) {
  auto libraries = std::make_shared<cuda::Libraries>(*libraries_with_stand_in("a100"));
  libraries->cudnn.described_device = "{}";
  EXPECT_THROW(cuda::open_cudnn(libraries, 0), Error);
}

// Of this one (the first layer of a network for photographs, padded as TensorFlow pads) cuDNN has on an A100
// in float32 its last resort and engines that round to TF32, and nothing that is neither.
TEST_F(Cudnn, EnginesThatKeepNoPromiseAreRefused) {
  ConvProblem stem;
  stem.x = {8, 3, 224, 224};
  stem.w = {32, 3, 3, 3};
  stem.y = {8, 32, 112, 112};
  stem.stride = {2, 2};
  stem.pads_after = {1, 1};
  stem.bias = true;
  EXPECT_THAT(refusal("a100", stem), HasSubstr("no engine fits: engine"));
  stem.tf32 = true;
  EXPECT_EQ(refusal("a100", stem), "");
  stem.read = stem.written = DType::f16;
  EXPECT_EQ(refusal("a100", stem), "");
}

// The library asks the real driver about devices that are not described.
TEST_F(Cudnn, CannotTellOfADeviceWithoutADriver) {
  if (void* driver = dlopen("libcuda.so.1", RTLD_NOW)) {
    dlclose(driver);
    GTEST_SKIP() << "there is a driver";
  }
  const auto real = std::make_shared<const cuda::Libraries>(cuda::open_libraries());
  EXPECT_THROW(cuda::open_cudnn(real, 0), Error);
}

TEST_F(Cudnn, IsRefusedWhereItIsTooOld) {
  auto old = std::make_shared<cuda::Libraries>(*libraries_with_stand_in("a100"));
  old->cudnn.version = [] { return std::size_t{90700}; };
  try {
    cuda::open_cudnn(old, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cuDNN 9.7.0 is too old"));
  }
}

// Without a bias there is no engine for what comes behind a convolution; a bias of zeros makes one.
TEST_F(Cudnn, HasPlansForAResidualBehindABiasOnly) {
  ConvProblem bare = problem(DType::f16);
  bare.bias = false;
  EXPECT_NE(refusal("a100", bare), "");
  EXPECT_EQ(refusal("a100", problem(DType::f16)), "");
}

TEST(CudnnMissing, IsNamed) {
  const auto none = std::make_shared<const cuda::Libraries>(cuda::open_libraries("libno_cudnn.so.9", ""));
  try {
    cuda::open_cudnn(none, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("cuDNN is not there"), HasSubstr("libno_cudnn.so.9")));
  }
}

// The digits network's convolutions are cuDNN's on one backend and ours on the other, which says why.
TEST_F(Cudnn, ComesFirstWhereItIsAskedFor) {
  const std::string file = std::string(YY_TEST_MODELS_DIR) + "/digits-yang.onnx";
  const auto implementations = [&](std::shared_ptr<const Backend> backend) {
    const Network network(file, std::move(backend));
    const auto program = network.compile({});
    std::string all;
    for (const Step& step : program->steps()) {
      if (dynamic_cast<const Conv*>(step.node.op.get()) == nullptr) continue;
      all += step.kernel.implementation + ";";
      for (const std::string& reason : step.kernel.passed_over) all += reason + ";";
    }
    return all;
  };
  EXPECT_THAT(implementations(cuda::make_backend(0, libraries_with_stand_in("a100"), {.cudnn = true})),
              HasSubstr("cudnn engine"));
  const auto none = std::make_shared<const cuda::Libraries>(cuda::open_libraries("libno_cudnn.so.9", ""));
  EXPECT_THAT(implementations(cuda::make_backend(0, none, {.cudnn = true})),
              AllOf(HasSubstr("implicit gemm"), HasSubstr("cuDNN: cuDNN is not there")));
  EXPECT_THAT(implementations(cuda::make_backend(0, libraries_with_stand_in("a100"), {})),
              testing::Not(HasSubstr("cudnn")));
}

}  // namespace
}  // namespace yy::test
