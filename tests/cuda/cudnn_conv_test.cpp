// Convolutions by cuDNN's plans, on the simulated device: which are taken, which are refused and why.
#include "cuda/private/cudnn_conv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

#include "ops/conv.h"
#include "runtime/error.h"
#include "tests/cases/case.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/cuda/cudnn_stand_in.h"
#include "tests/ops/kernel_run.h"
#include "tests/reference/reference.h"

namespace yy::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Activation relu{.kind = Activation::Kind::relu}, tanh{.kind = Activation::Kind::tanh},
    gelu{.kind = Activation::Kind::gelu};
constexpr double summed = 1e-5, narrowed = 1e-2;  // tolerances
constexpr std::int64_t pitch = 48;                // of a tensor that the 16 filters' channels are a slice of

cuda::Libraries::Cudnn whole;  // for stubs, which must be captureless

class CudnnConv : public testing::Test {
 protected:
  void SetUp() override {
    libraries_ = libraries_with_stand_in("a100");
    if (libraries_ == nullptr) GTEST_SKIP() << "cuDNN is not installed";
    whole = libraries_->cudnn;
    device_ = cuda::open_cudnn(libraries_, 0);
  }

  // From here on kernels are made with this function in place of the library's.
  template <class Function, class Stub>
  void replace(Function cuda::Libraries::Cudnn::*function, const Stub& stub) {
    auto changed = std::make_shared<cuda::Libraries>(*libraries_);
    changed->cudnn.*function = stub;
    libraries_ = changed;
    device_ = cuda::open_cudnn(libraries_, 0);
  }

  // 3x3, 16 to 16 channels, 9 x 9.
  static Case conv(const CaseInput& bias, std::optional<Activation> activation = std::nullopt,
                   bool residual = false) {
    Case made = node("conv", "Conv", 11, {{"pads", Ints{1, 1, 1, 1}}},
                     {data({2, 16, 9, 9}), weight({16, 16, 3, 3}), bias});
    if (residual) made.inputs.push_back(data({2, 16, 9, 9}));
    made.op = static_cast<const Conv&>(*made.op).with(Epilogue{residual, activation});
    return made;
  }
  // The bias stays float32, as the pass that narrows values leaves it.
  static Prepared prepare_in(DType type, const Case& c) {
    Prepared prepared = prepare(c, {Layout::channels_last, Layout::channels_last, type, type});
    if (prepared.inputs.size() > 2) prepared.inputs[2].desc.dtype = DType::f32;
    return prepared;
  }

  struct Wish {
    int candidate = 0;
    std::int64_t slice_pitch = 0;
    bool tf32 = false;
  };
  static cuda::ConvProblem problem_of(const Case& c, const Prepared& prepared) {
    const auto& op = static_cast<const Conv&>(*c.op);
    const Window window = op.window(prepared.inputs);
    cuda::ConvProblem problem;
    for (std::size_t i = 0; i < 4; ++i) {
      problem.x[i] = prepared.inputs[0].desc.shape[i];
      problem.w[i] = prepared.inputs[1].desc.shape[i];
      problem.y[i] = prepared.outputs[0].shape[i];
    }
    for (std::size_t i = 0; i < 2; ++i) {
      problem.stride[i] = window.strides[i];
      problem.pads_before[i] = window.pads[i];
      problem.pads_after[i] = window.pads[2 + i];
    }
    problem.read = prepared.inputs[0].desc.dtype;
    problem.written = prepared.outputs[0].dtype;
    problem.residual = op.epilogue().residual;
    return problem;
  }
  KernelOrRefusal make(const Case& c, const Prepared& prepared, const Wish& wish) {
    cuda::Context context;
    context.cudnn = device_;
    const cuda::ConvProblem problem = problem_of(c, prepared);
    const auto filters = static_cast<std::size_t>(problem.w[0]),
               each = static_cast<std::size_t>(problem.w[1] * problem.w[2] * problem.w[3]);
    const KernelRequest request{*c.op, prepared.inputs, prepared.outputs, 1, weights_, wish.slice_pitch,
                                {},    wish.tf32};
    return cuda::cudnn_conv_kernel(request, context, problem,
                                   static_cast<const Conv&>(*c.op).epilogue().activation,
                                   {filters, each, each, 1}, wish.candidate);
  }
  Kernel kernel(const Case& c, const Prepared& prepared, const Wish& wish) {
    KernelOrRefusal made = make(c, prepared, wish);
    if (const auto* refusal = std::get_if<Refusal>(&made)) throw Error(ErrorCode::device, refusal->reason);
    return std::get<Kernel>(made);
  }
  Kernel kernel(const Case& c, DType type) { return kernel(c, prepare_in(type, c), Wish{}); }
  std::string refusal(const Case& c, DType type, const Wish& wish) {
    const KernelOrRefusal made = make(c, prepare_in(type, c), wish);
    const auto* refusal = std::get_if<Refusal>(&made);
    return refusal == nullptr ? "" : refusal->reason;
  }
  std::string refusal(const Case& c, DType type) { return refusal(c, type, Wish{}); }

  // What is wrong with what the kernel computes.
  static std::string errors(const Case& c, const Prepared& prepared, const Kernel& kernel, double tolerance,
                            std::int64_t slice_pitch = 0) {
    const std::int64_t before = stand_in_executions();
    KernelRun run(cuda_backend(), prepared, kernel, 1, std::nullopt, slice_pitch);
    std::string wrong = run.run();
    if (stand_in_executions() != before + 1) wrong += "cuDNN did not run once\n";
    Array want = reference(c, prepared.arrays)[0];
    want.dtype = prepared.outputs[0].dtype;
    return wrong + differences(run.output(0), want, tolerance);
  }
  std::string errors(const Case& c, DType type) {
    const Prepared prepared = prepare_in(type, c);
    return errors(c, prepared, kernel(c, prepared, Wish{}), type == DType::f32 ? summed : narrowed);
  }

  // What the backend, that has own kernels as well, takes.
  static Kernel chosen(const Case& c, DType type) {
    WeightStore weights(settle_on(cuda_backend()));
    return make_kernel(cuda_backend(), c, prepare_in(type, c), 1, weights);
  }

  WeightStore weights_{settle_on(cuda_backend())};
  std::shared_ptr<const cuda::Libraries> libraries_;
  std::shared_ptr<const cuda::CudnnDevice> device_;
};

const CaseInput bias = weight({16}), computed = data({16});

// There are engines for these behind a bias only, so one of zeros is made.
TEST_F(CudnnConv, MakesABiasWhereThereIsNone) {
  const Case with_relu = conv(absent(), relu), with_residual = conv(absent(), std::nullopt, true),
             with_both = conv(absent(), relu, true);
  for (const Case* c : {&with_relu, &with_residual, &with_both}) {
    const Kernel made = kernel(*c, DType::f16);
    EXPECT_THAT(made.implementation, StartsWith("cudnn engine"));
    EXPECT_THAT(chosen(*c, DType::f16).implementation, StartsWith("cudnn engine"));
    EXPECT_FALSE(made.packs(2));
    EXPECT_EQ(errors(*c, DType::f16), "");
  }
}

TEST_F(CudnnConv, NeedsNoBiasWhereNothingFollows) {
  const Case bare = conv(absent());
  EXPECT_THAT(chosen(bare, DType::f16).implementation, StartsWith("cudnn engine"));
  EXPECT_EQ(errors(bare, DType::f16), "");
}

TEST_F(CudnnConv, PacksWeightsAndNarrowBiases) {
  const Kernel narrow = kernel(conv(bias), DType::f16), wide = kernel(conv(bias), DType::f32);
  EXPECT_TRUE(narrow.packs(1));
  EXPECT_TRUE(wide.packs(1));
  EXPECT_TRUE(narrow.packs(2));
  EXPECT_FALSE(wide.packs(2));
  EXPECT_EQ(errors(conv(bias), DType::f16), "");
  EXPECT_EQ(errors(conv(bias), DType::f32), "");
}

TEST_F(CudnnConv, TakesAComputedBiasInFloat32) {
  const Kernel taken = chosen(conv(computed, relu), DType::f32);
  EXPECT_THAT(taken.implementation, StartsWith("cudnn engine"));
  EXPECT_FALSE(taken.packs(2));
  EXPECT_EQ(errors(conv(computed, relu), DType::f32), "");
}

TEST_F(CudnnConv, RefusesAComputedBiasThatIsNarrow) {
  EXPECT_EQ(refusal(conv(computed), DType::f16),
            "a bias that is computed from data would have to be narrowed");
  const Kernel ours = chosen(conv(computed), DType::f16);
  EXPECT_THAT(ours.implementation, testing::Not(HasSubstr("cudnn")));
  ASSERT_FALSE(ours.passed_over.empty());
  EXPECT_THAT(ours.passed_over[0], AllOf(HasSubstr("cuDNN"), HasSubstr("computed from data")));
}

TEST_F(CudnnConv, RefusesABiasBeyondFloat16) {
  CaseInput large = bias;
  large.values.assign(16, 1e6);
  EXPECT_THAT(refusal(conv(large), DType::f16), HasSubstr("beyond float16"));
  EXPECT_EQ(refusal(conv(large), DType::f32), "");
}

TEST_F(CudnnConv, RunsOtherActivationsAfterwards) {
  const auto implementation = [&](DType type, const Activation& activation) {
    const std::string full = kernel(conv(bias, activation), type).implementation;
    return std::regex_replace(full, std::regex("[0-9]+"), "#");
  };
  for (DType type : {DType::f32, DType::f16}) {
    EXPECT_EQ(implementation(type, relu), "cudnn engine #");
    EXPECT_EQ(implementation(type, tanh), "cudnn engine # + unary");
    EXPECT_EQ(errors(conv(bias, relu), type), "");
    EXPECT_EQ(errors(conv(absent(), tanh, true), type), "");
  }
  EXPECT_EQ(implementation(DType::f32, gelu), "cudnn engine # + unary");
  EXPECT_EQ(refusal(conv(bias, gelu), DType::f16), "gelu would magnify that its input is rounded");
}

// cudnn_test.cpp tells of it.
TEST_F(CudnnConv, RoundsToTf32WhereThatIsAllowed) {
  const Case stem = node("stem", "Conv", 11, {{"pads", Ints{0, 0, 1, 1}}, {"strides", Ints{2, 2}}},
                         {data({8, 3, 224, 224}), weight({32, 3, 3, 3}), weight({32})});
  EXPECT_THAT(refusal(stem, DType::f32), HasSubstr("no engine fits"));
  EXPECT_EQ(refusal(stem, DType::f32, {.tf32 = true}), "");
}

TEST_F(CudnnConv, MakesEveryCandidate) {
  const Case c = conv(bias, relu);
  const Prepared prepared = prepare_in(DType::f16, c);
  cuda::ConvProblem problem = problem_of(c, prepared);
  problem.bias = problem.relu = true;
  const auto planned = plan_convolution(*device_, problem, 200);
  const auto& plans = std::get<std::vector<cuda::CudnnPlan>>(planned);
  ASSERT_GT(plans.size(), 1U);
  for (std::size_t i : {std::size_t{0}, std::size_t{1}, plans.size() - 1}) {
    const Kernel made = kernel(c, prepared, {.candidate = static_cast<int>(i)});
    EXPECT_EQ(made.implementation, "cudnn engine " + std::to_string(plans[i].engine));
    EXPECT_EQ(made.workspace_bytes, plans[i].workspace_bytes);
    EXPECT_EQ(errors(c, prepared, made, narrowed), "");
  }
  EXPECT_EQ(refusal(c, DType::f16, {.candidate = static_cast<int>(plans.size())}),
            "it proposes " + std::to_string(plans.size()) + " engines");
}

TEST_F(CudnnConv, WritesSlicesUnlessSomethingRunsAfterwards) {
  const Case c = conv(bias, relu);
  const Prepared prepared = prepare_in(DType::f16, c);
  const Kernel slice = kernel(c, prepared, {.slice_pitch = pitch});
  EXPECT_TRUE(slice.writes_slice);
  EXPECT_EQ(errors(c, prepared, slice, narrowed, pitch), "");
  EXPECT_FALSE(kernel(c, prepared, Wish{}).writes_slice);
  const Case behind = conv(bias, tanh);
  EXPECT_FALSE(kernel(behind, prepared, {.slice_pitch = pitch}).writes_slice);
}

TEST_F(CudnnConv, IsDenseWhereThereIsNoEngineForASlice) {
  replace(&cuda::Libraries::Cudnn::set_attribute,
          [](cuda::cudnn::RawDescriptor to, cuda::cudnn::Attribute name, cuda::cudnn::Element type,
             std::int64_t count, const void* elements) -> cuda::cudnn::Status {
            const bool is_slice = name == cuda::cudnn::Attribute::tensor_strides &&
                                  static_cast<const std::int64_t*>(elements)[3] == pitch;
            return is_slice ? 3000 : whole.set_attribute(to, name, type, count, elements);
          });
  const Case c = conv(bias, relu);
  const Prepared prepared = prepare_in(DType::f16, c);
  const Kernel dense = kernel(c, prepared, {.slice_pitch = pitch});
  EXPECT_THAT(dense.implementation, StartsWith("cudnn engine"));
  EXPECT_FALSE(dense.writes_slice);
  EXPECT_EQ(errors(c, prepared, dense, narrowed), "");
}

TEST_F(CudnnConv, SaysThatAPlanCannotRun) {
  replace(&cuda::Libraries::Cudnn::execute,
          [](cuda::cudnn::Handle, cuda::cudnn::RawDescriptor,
             cuda::cudnn::RawDescriptor) -> cuda::cudnn::Status { return 3000; });
  const Case c = conv(bias, relu);
  const Prepared prepared = prepare_in(DType::f16, c);
  KernelRun run(cuda_backend(), prepared, kernel(c, prepared, Wish{}), 1);
  try {
    run.run();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::device);
    EXPECT_THAT(error.what(), AllOf(StartsWith("cuDNN: engine "), HasSubstr(" cannot run 3x3"),
                                    HasSubstr(": status 3000")));
  }
}

TEST_F(CudnnConv, SaysWhyThereIsNone) {
  const Case c = conv(bias);
  const Prepared prepared = prepare_in(DType::f32, c);
  cuda::Context context;
  context.cudnn_trouble = "there is none";
  const KernelRequest request{*c.op, prepared.inputs, prepared.outputs, 1, weights_};
  const auto made = cuda::cudnn_conv_kernel(request, context, {}, std::nullopt, {}, 0);
  EXPECT_EQ(std::get<Refusal>(made).reason, "there is none");
}

}  // namespace
}  // namespace yy::test
