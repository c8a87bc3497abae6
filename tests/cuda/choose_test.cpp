// The choice between kernels that compute the same: which one runs untuned, what measuring keeps and refuses.
#include "cuda/private/choose.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "cuda/private/backend.h"
#include "cuda/private/check.h"
#include "ops/unary.h"
#include "runtime/error.h"
#include "tests/cuda/cublaslt_stand_in.h"
#include "tests/cuda/cudnn_stand_in.h"
#include "yy/network.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using cuda::Candidate;
using cuda::Context;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Chosen : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  CudaOptions tuned() {
    return {name_, [this](const std::string& what) { warnings_.push_back(what); }};
  }

  const fs::path directory_ = fs::path(testing::TempDir()) / "yy_choose";
  const std::string name_ = (directory_ / "tuning.json").string();
  std::vector<std::string> warnings_;
};

// --- kernels of the test's own: y = x + `added`, `times` over ---

class ChosenKernels : public Chosen {
 protected:
  ChosenKernels() {
    desc_ = {Shape{64}, DType::f32, Layout::row_major};
    inputs_ = {{true, desc_, nullptr}};
    outputs_ = {desc_};
  }

  static Candidate copies(const std::string& from, int number, int times, bool is_right = true) {
    return {from, number, [=]() -> KernelOrRefusal {
              return cuda::kernel_of(from + " copies", [=](const Binding& at, cudaStream_t stream) {
                const std::size_t bytes = at.outputs[0].desc.bytes();
                for (int i = 0; i < times; ++i)
                  YY_CUDA(cudaMemcpyAsync(at.outputs[0].data, at.inputs[0].data, bytes,
                                          cudaMemcpyDeviceToDevice, stream));
                if (!is_right) YY_CUDA(cudaMemsetAsync(at.outputs[0].data, 0, 4, stream));
              });
            }};
  }
  static Candidate refuses(const std::string& from, int number) {
    return {from, number, []() -> KernelOrRefusal { return Refusal{"not today"}; }};
  }

  KernelOrRefusal choose(const std::vector<Candidate>& candidates, bool tunes) {
    const KernelRequest request{op_, inputs_, outputs_, 1, weights_};
    Context context;
    if (tunes) context.tuning = std::make_shared<cuda::Tuning>(cuda::TuningFile(name_, "here", tuned().warn));
    return cuda::choose(request, context, cuda::problem_text(request, "fields"), candidates);
  }
  std::string chosen(const std::vector<Candidate>& candidates, bool tunes = true) {
    const KernelOrRefusal made = choose(candidates, tunes);
    const auto* refusal = std::get_if<Refusal>(&made);
    return refusal == nullptr ? std::get<Kernel>(made).implementation : "refused: " + refusal->reason;
  }

  Unary op_{Activation{}};
  TensorDesc desc_;
  std::vector<OpInput> inputs_;
  std::vector<TensorDesc> outputs_;
  WeightStore weights_;
};

TEST_F(ChosenKernels, UntunedAreTheFirstThatDoNotRefuse) {
  const auto made = choose({refuses("A", 0), refuses("A", 1), copies("B", 0, 9), copies("own", 0, 1)}, false);
  EXPECT_EQ(std::get<Kernel>(made).implementation, "B copies");
  EXPECT_THAT(std::get<Kernel>(made).passed_over, ElementsAre("A: not today"));
  EXPECT_EQ(chosen({refuses("A", 0), refuses("own", 0)}, false), "refused: A: not today; own: not today");
}

TEST_F(ChosenKernels, TunedAreTheFastest) {
  EXPECT_EQ(chosen({copies("A", 0, 3000), copies("A", 1, 2000), copies("B", 0, 1), copies("own", 0, 1000)}),
            "B copies");
  // Known from now on, whatever is the fastest.
  EXPECT_EQ(chosen({copies("A", 0, 1), copies("B", 0, 3000), copies("own", 0, 1)}), "B copies");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ChosenKernels, ThatComputeSomethingElseAreNeverChosen) {
  const auto made = choose({copies("A", 0, 1, false), copies("own", 0, 2000)}, true);
  EXPECT_EQ(std::get<Kernel>(made).implementation, "own copies");
  EXPECT_THAT(std::get<Kernel>(made).passed_over,
              ElementsAre("A 0: A copies computes something else than own copies"));
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr(name_), HasSubstr("gets no A 0"))));
}

TEST_F(ChosenKernels, ThatFailAreNeverChosen) {
  const Candidate fails{"A", 0, []() -> KernelOrRefusal {
                          return cuda::kernel_of("fails", [](const Binding&, cudaStream_t) {
                            throw Error(ErrorCode::device, "out of order");
                          });
                        }};
  EXPECT_EQ(chosen({fails, copies("own", 0, 5)}), "own copies");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("out of order")));
}

// What fails while it is timed leaves nothing measured, and so nothing but the own kernel.
TEST_F(ChosenKernels, AreOwnWhereMeasuringFails) {
  const Candidate fails_later{
      "B", 0, []() -> KernelOrRefusal {
        auto runs = std::make_shared<int>(0);
        return cuda::kernel_of("fails later", [runs](const Binding& at, cudaStream_t s) {
          if (++*runs > 1) throw Error(ErrorCode::device, "worn out");
          YY_CUDA(cudaMemcpyAsync(at.outputs[0].data, at.inputs[0].data, at.outputs[0].desc.bytes(),
                                  cudaMemcpyDeviceToDevice, s));
        });
      }};
  EXPECT_EQ(chosen({copies("A", 0, 1, false), fails_later, copies("own", 0, 5)}), "own copies");
  EXPECT_THAT(warnings_, Contains(AllOf(HasSubstr("gets no choice"), HasSubstr("worn out"))));
  EXPECT_FALSE(fs::exists(name_));
}

TEST_F(ChosenKernels, ThatAreGoneAreMeasuredAgain) {
  EXPECT_EQ(chosen({copies("A", 0, 1), copies("own", 0, 2000)}), "A copies");
  EXPECT_EQ(chosen({copies("B", 0, 2000), copies("own", 0, 1)}), "own copies");
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("names A 0 (A copies)"), HasSubstr("measured again"))));
  EXPECT_EQ(chosen({copies("B", 0, 1), copies("own", 0, 2000)}), "own copies");
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(ChosenKernels, ProblemsAreToldApart) {
  const KernelRequest request{op_, inputs_, outputs_, 1, weights_};
  const std::string text = cuda::problem_text(request, "fields");
  EXPECT_THAT(text, AllOf(HasSubstr("Relu float32 [64]"), HasSubstr("fields")));
  KernelRequest rounded = request, slice = request;
  rounded.tf32 = true;
  slice.slice_pitch = 128;
  EXPECT_NE(cuda::problem_text(rounded, "fields"), text);
  EXPECT_NE(cuda::problem_text(slice, "fields"), text);
  EXPECT_NE(cuda::problem_text(request, "others"), text);
}

// --- whole networks ---

class ChosenInNetworks : public Chosen {
 protected:
  void SetUp() override {
    Chosen::SetUp();
    const auto with_cudnn = libraries_with_stand_in("a100");
    if (with_cudnn == nullptr) GTEST_SKIP() << "cuDNN is not installed";
    libraries_ = *with_cudnn;
    if (!add_cublaslt_stand_in(libraries_)) GTEST_SKIP() << "cuBLASLt is not installed";
  }

  // By node, of those that were chosen.
  std::map<std::string, std::string> implementations(Precision precision = Precision::f32) {
    const auto libraries = std::make_shared<const cuda::Libraries>(libraries_);
    const std::shared_ptr<const Backend> backend = cuda::make_backend(0, libraries, {}, tuned());
    const Network network(std::string(YY_TEST_MODELS_DIR) + "/digits-yang.onnx", backend);
    NetworkOptions options;
    options.precision = precision;
    std::map<std::string, std::string> all;
    const auto program = network.compile(options);
    for (const Step& step : program->steps()) {
      if (step.node.op->name() == "Conv" || step.node.op->name() == "Gemm")
        all[step.node.name] = step.kernel.implementation;
    }
    return all;
  }
  std::string file() const {
    std::ifstream file(name_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  cuda::Libraries libraries_;
};

TEST_F(ChosenInNetworks, AreMeasuredOnce) {
  const auto first = implementations();
  EXPECT_GT(first.size(), 2U);
  EXPECT_GT(stand_in_executions() + cublaslt_stand_in_executions(), 0);
  EXPECT_THAT(file(), AllOf(HasSubstr("yinyang cuda tuning 1"), HasSubstr("cuDNN 9."), HasSubstr("Conv ")));
  const auto executions = stand_in_executions() + cublaslt_stand_in_executions();
  EXPECT_EQ(implementations(), first);
  EXPECT_EQ(stand_in_executions() + cublaslt_stand_in_executions(), executions) << "measured again";
  implementations(Precision::f16);
  EXPECT_GT(stand_in_executions() + cublaslt_stand_in_executions(), executions) << "another problem";
  EXPECT_THAT(warnings_, IsEmpty());
}

// A library that does not compute what was asked for, as on a device that it does not support: own kernels
// compute everything, and each refusal is reported.
TEST_F(ChosenInNetworks, LibrariesThatComputeNothingAreNotUsed) {
  libraries_.cublaslt.multiply = [](auto...) { return cuda::cublaslt::success; };
  libraries_.cudnn.execute = [](auto...) { return cuda::cudnn::success; };
  for (const auto& [node, implementation] : implementations())
    EXPECT_THAT(implementation, Not(testing::AnyOf(HasSubstr("cudnn"), HasSubstr("cublaslt")))) << node;
  EXPECT_THAT(warnings_, Contains(HasSubstr("gets no cuDNN 0")));
  EXPECT_THAT(warnings_, Contains(HasSubstr("gets no cuBLASLt 0")));
  EXPECT_THAT(warnings_, Each(HasSubstr("computes something else than")));
}

}  // namespace
}  // namespace yy::test
