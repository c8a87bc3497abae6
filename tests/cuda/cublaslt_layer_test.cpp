// Layers by cuBLASLt's algorithms, on the simulated device.
#include "cuda/private/cublaslt_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

#include "cuda/private/cublaslt_product.h"
#include "tests/cases/case.h"
#include "tests/cuda/cublaslt_stand_in.h"
#include "tests/cuda/cuda_backend.h"
#include "tests/ops/kernel_run.h"
#include "tests/reference/reference.h"

namespace yy::test {
namespace {

using testing::HasSubstr;

class CublasLtLayer : public testing::Test {
 protected:
  void SetUp() override {
    cuda::Libraries libraries = cuda::open_libraries("libno_cudnn.so.9");
    if (!add_cublaslt_stand_in(libraries)) GTEST_SKIP() << "cuBLASLt is not installed";
    device_ = cuda::open_cublaslt(std::make_shared<const cuda::Libraries>(std::move(libraries)), 0);
  }

  // The layer of a case whose inputs are x, W, the bias and the residual; W is [depth, columns].
  KernelOrRefusal make(const Prepared& prepared, cuda::LayerProduct layer, int candidate = 0,
                       std::int64_t slice_pitch = 0) {
    cuda::Context context;
    context.cublaslt = device_;
    const Shape& w = prepared.inputs[1].desc.shape;
    layer.rows = prepared.inputs[0].desc.shape[0];
    layer.depth = w[0];
    layer.columns = w[1];
    const KernelRequest request{*case_.op, prepared.inputs, prepared.outputs, 1, weights_, slice_pitch};
    return cuda::cublaslt_layer_kernel(request, context, layer, candidate);
  }
  std::string refusal(const Prepared& prepared, const cuda::LayerProduct& layer, int candidate = 0) {
    const KernelOrRefusal made = make(prepared, layer, candidate);
    const auto* refusal = std::get_if<Refusal>(&made);
    return refusal == nullptr ? "" : refusal->reason;
  }

  const Case case_ =
      node("layer", "Gemm", 13, {}, {data({3, 10}), weight({10, 7}), fixed(data_in({7}, 1, 2))});
  WeightStore weights_{settle_on(cuda_backend())};
  std::shared_ptr<const cuda::CublasLtDevice> device_;
};

// The library keeps the bias's address in the operation; executors share kernels, but not that.
TEST_F(CublasLtLayer, ExecutorsHaveTheirOwnBias) {
  Case computed = case_;
  computed.inputs[2].constant = false;
  const Prepared prepared = prepare(computed, {});
  const Kernel kernel = std::get<Kernel>(make(prepared, {}));
  EXPECT_FALSE(kernel.packs(2));
  Prepared other = prepared;
  for (std::size_t i = 0; i < 7; ++i) other.arrays[2]->real[i] += 100;
  KernelRun first(cuda_backend(), prepared, kernel, 1), second(cuda_backend(), other, kernel, 1);
  EXPECT_EQ(first.run(), "");
  EXPECT_EQ(second.run(), "");
  const Array a = first.output(0), b = second.output(0);
  for (std::size_t i = 0; i < a.real.size(); ++i) EXPECT_NEAR(b.real[i] - a.real[i], 100, 1e-4);
}

// y = beta * bias + ..., with one bias and factors that differ in the seventh digit after the point.
TEST_F(CublasLtLayer, FactorsOfOneBiasStayApart) {
  const Prepared prepared = prepare(case_, {});
  std::vector<double> firsts;
  for (float beta : {1.F, 1e-7F, 3e-7F}) {
    const Kernel kernel = std::get<Kernel>(make(prepared, {.alpha = 0, .beta = beta}));
    EXPECT_EQ(kernel.packs(2), beta != 1);
    KernelRun run(cuda_backend(), prepared, kernel, 1);
    EXPECT_EQ(run.run(), "");
    firsts.push_back(run.output(0).real[0] / beta);
  }
  EXPECT_NEAR(firsts[1], firsts[0], 1e-6);
  EXPECT_NEAR(firsts[2], firsts[0], 1e-6);
}

// One square W, as it is and transposed, in one store.
TEST_F(CublasLtLayer, OrdersOfOneWeightStayApart) {
  const Case square = node("square", "Gemm", 13, {}, {data({3, 7}), weight({7, 7})});
  const Prepared prepared = prepare(square, {});
  const auto output = [&](bool transposed) {
    const Kernel kernel = std::get<Kernel>(make(prepared, {.transposed = transposed}));
    KernelRun run(cuda_backend(), prepared, kernel, 1);
    EXPECT_EQ(run.run(), "");
    return run.output(0);
  };
  EXPECT_EQ(differences(output(false), reference(square, prepared.arrays)[0], 1e-5), "");
  EXPECT_NE(differences(output(true), reference(square, prepared.arrays)[0], 1e-5), "");
}

TEST_F(CublasLtLayer, WritesSlicesButNotOverTheResidual) {
  Prepared prepared = prepare(case_, {});
  prepared.inputs.push_back({true, prepared.outputs[0]});
  Kernel kernel = std::get<Kernel>(make(prepared, {.residual = true}));
  EXPECT_FALSE(kernel.writes_slice);
  EXPECT_EQ(kernel.may_overwrite, 3U);
  kernel = std::get<Kernel>(make(prepared, {.residual = true}, 0, 12));
  EXPECT_TRUE(kernel.writes_slice);
  EXPECT_EQ(kernel.may_overwrite, std::nullopt);
  const Activation tanh{.kind = Activation::Kind::tanh};  // runs over all that was written
  kernel = std::get<Kernel>(make(prepared, {.residual = true, .activation = tanh}, 0, 12));
  EXPECT_FALSE(kernel.writes_slice);
  EXPECT_EQ(kernel.may_overwrite, 3U);
}

TEST_F(CublasLtLayer, ComputesWithEveryCandidate) {
  const Prepared prepared = prepare(case_, {});
  const std::int64_t before = cublaslt_stand_in_executions();
  std::optional<Array> first;
  for (int candidate : {0, 1, 2}) {
    KernelRun run(cuda_backend(), prepared, std::get<Kernel>(make(prepared, {}, candidate)), 1);
    EXPECT_EQ(run.run(), "");
    if (!first) first = run.output(0);
    EXPECT_EQ(run.output(0).real, first->real);
  }
  EXPECT_EQ(cublaslt_stand_in_executions(), before + 3);
  EXPECT_EQ(refusal(prepared, {}, 3), "it proposes 3 algorithms");
}

TEST_F(CublasLtLayer, RefusesABiasThatItCannotPack) {
  Case computed = case_;
  computed.inputs[2].constant = false;
  EXPECT_THAT(refusal(prepare(computed, {}), {.beta = 2}), HasSubstr("computed from data"));
  Prepared narrow = prepare(computed, {.read = DType::f16, .written = DType::f16});
  narrow.inputs[2].desc.dtype = DType::f32;
  EXPECT_THAT(refusal(narrow, {}), HasSubstr("computed from data"));
}

TEST_F(CublasLtLayer, RunsOtherActivationsAfterwards) {
  const Activation gelu{.kind = Activation::Kind::gelu}, relu{.kind = Activation::Kind::relu};
  const auto implementation = [&](const Arrangement& arrangement, const Activation& activation) {
    const KernelOrRefusal made = make(prepare(case_, arrangement), {.activation = activation});
    const auto* kernel = std::get_if<Kernel>(&made);
    return kernel == nullptr ? std::get<Refusal>(made).reason
                             : std::regex_replace(kernel->implementation, std::regex("[0-9a-f]{8}"), "#");
  };
  EXPECT_EQ(implementation({}, relu), "cublaslt #");
  EXPECT_EQ(implementation({}, gelu), "cublaslt # + unary");
  const Arrangement narrow{.read = DType::f16, .written = DType::f16};
  EXPECT_EQ(implementation(narrow, relu), "cublaslt #");
  EXPECT_EQ(implementation(narrow, {.kind = Activation::Kind::tanh}), "cublaslt # + unary");
  EXPECT_EQ(implementation(narrow, gelu), "gelu would magnify that its input is rounded");
}

TEST_F(CublasLtLayer, SaysWhyThereIsNone) {
  const Prepared prepared = prepare(case_, {});
  cuda::Context context;
  context.cublaslt_trouble = "there is none";
  const KernelRequest request{*case_.op, prepared.inputs, prepared.outputs, 1, weights_};
  EXPECT_EQ(std::get<Refusal>(cuda::cublaslt_layer_kernel(request, context, {}, 0)).reason, "there is none");
}

}  // namespace
}  // namespace yy::test
