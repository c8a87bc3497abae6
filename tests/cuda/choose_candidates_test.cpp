// The choice between candidates that are known, wrong by little, alone, failing or dense.
#include <cuda_fp16.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>

#include "cuda/private/check.h"
#include "cuda/private/choose.h"
#include "ops/unary.h"
#include "runtime/bfloat16.h"
#include "runtime/error.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;
using cuda::Candidate;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::int64_t count = 64;  // elements of every tensor

// A candidate that writes `value` everywhere, `times` over.
struct Writes {
  std::string from;
  int number = 0;
  int times = 1;
  float value = 1;
  std::string implementation = from + " writes";
  std::size_t workspace_bytes = 0;  // tells kernels of one implementation apart
};

std::vector<std::byte> elements(DType dtype, float value) {
  std::vector<std::byte> bytes(count * size_of(dtype));
  const auto fill = [&](auto element) {
    std::fill_n(reinterpret_cast<decltype(element)*>(bytes.data()), count, element);
  };
  if (dtype == DType::f16) {
    fill(__half_as_ushort(__float2half_rn(value)));
  } else if (dtype == DType::bf16) {
    fill(bfloat16(value).bits);
  } else {
    fill(value);
  }
  return bytes;
}

class ChosenCandidates : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  Candidate writes(const Writes& what) const {
    return {what.from, what.number, [what, this]() -> KernelOrRefusal {
              const auto from =
                  std::make_shared<const std::vector<std::byte>>(elements(outputs_[0].dtype, what.value));
              Kernel kernel =
                  cuda::kernel_of(what.implementation, [=](const Binding& at, cudaStream_t stream) {
                    for (int i = 0; i < what.times; ++i)
                      YY_CUDA(cudaMemcpyAsync(at.outputs[0].data, from->data(), from->size(),
                                              cudaMemcpyHostToDevice, stream));
                  });
              kernel.workspace_bytes = what.workspace_bytes;
              return kernel;
            }};
  }
  static Candidate refuses(const std::string& from, const std::string& reason = "not today") {
    return {from, 0, [reason]() -> KernelOrRefusal { return Refusal{reason}; }};
  }
  static Candidate fails(const std::string& from) {
    return {from, 0, []() -> KernelOrRefusal {
              return cuda::kernel_of("fails", [](const Binding&, cudaStream_t) {
                throw Error(ErrorCode::device, "out of order");
              });
            }};
  }
  // Writes pixels of 8 channels that lie `pitch` elements apart.
  static Candidate writes_slices(const std::string& from, int times, std::int64_t pitch) {
    return {from, 0, [=]() -> KernelOrRefusal {
              const auto pixel = std::make_shared<const std::vector<float>>(8, 1.F);
              Kernel kernel = cuda::kernel_of(from + " slices", [=](const Binding& at, cudaStream_t stream) {
                for (int i = 0; i < times; ++i) {
                  for (std::int64_t p = 0; p < count / 8; ++p)
                    YY_CUDA(cudaMemcpyAsync(at.outputs[0].as<float>() + p * pitch, pixel->data(), 32,
                                            cudaMemcpyHostToDevice, stream));
                }
              });
              kernel.writes_slice = true;
              return kernel;
            }};
  }

  KernelOrRefusal choose(const std::vector<Candidate>& candidates) {
    const KernelRequest request{op_, inputs_, outputs_, 1, weights_, slice_pitch_, {}, tf32_};
    cuda::Context context;
    const auto warn = [this](const std::string& what) { warnings_.push_back(what); };
    context.tuning = std::make_shared<cuda::Tuning>(cuda::TuningFile(name_, "here", warn));
    return cuda::choose(request, context, cuda::problem_text(request, "fields"), candidates);
  }
  Kernel kernel(const std::vector<Candidate>& candidates) { return std::get<Kernel>(choose(candidates)); }
  std::string chosen(const std::vector<Candidate>& candidates) { return kernel(candidates).implementation; }

  // Whether a fast kernel is chosen whose result is off by that much.
  bool keeps(float off, DType read, DType written, bool tf32 = false) {
    fs::remove(name_);
    inputs_ = {{true, {Shape{count}, read}, nullptr}};
    outputs_ = {{Shape{count}, written}};
    tf32_ = tf32;
    const std::string found =
        chosen({writes({.from = "A", .value = 1 + off}), writes({.from = "own", .times = 2000})});
    return found == "A writes";
  }

  const fs::path directory_ = fs::path(testing::TempDir()) / "yy_choose_candidates";
  const std::string name_ = (directory_ / "tuning.json").string();
  std::vector<std::string> warnings_;
  Unary op_{Activation{}};
  std::vector<OpInput> inputs_{{true, {Shape{count}}, nullptr}};
  std::vector<TensorDesc> outputs_{{Shape{count}}};
  WeightStore weights_;
  std::int64_t slice_pitch_ = 0;
  bool tf32_ = false;
};

// --- that the file names ---

TEST_F(ChosenCandidates, ThatHaveChangedAreMeasuredAgain) {
  EXPECT_EQ(chosen({writes({.from = "A", .implementation = "old"}), writes({.from = "own", .times = 2000})}),
            "old");
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_EQ(chosen({writes({.from = "A", .times = 2000, .implementation = "new"}), writes({.from = "own"})}),
            "own writes");
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("names A 0 (old)"), HasSubstr("measured again"))));
}

TEST_F(ChosenCandidates, ThatRefuseByNowAreMeasuredAgain) {
  const Candidate slow_own = writes({.from = "own", .times = 2000});
  EXPECT_EQ(chosen({writes({.from = "A"}), slow_own}), "A writes");
  const Kernel made = kernel({refuses("A"), writes({.from = "B"}), slow_own});
  EXPECT_EQ(made.implementation, "B writes");
  EXPECT_THAT(made.passed_over, ElementsAre("A: not today"));
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("names A 0 (A writes)"), HasSubstr("measured again"))));
  EXPECT_EQ(chosen({writes({.from = "A"}), writes({.from = "B", .times = 3000}), slow_own}), "B writes");
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(ChosenCandidates, OfOneImplementationStayApart) {
  const std::vector<Candidate> candidates{
      writes({.from = "A", .number = 0, .times = 2000, .workspace_bytes = 256}),
      writes({.from = "A", .number = 1, .workspace_bytes = 512}), writes({.from = "own", .times = 2000})};
  EXPECT_EQ(kernel(candidates).workspace_bytes, 512U) << "while it is measured";
  EXPECT_EQ(kernel(candidates).workspace_bytes, 512U) << "when it is known";
  EXPECT_THAT(warnings_, IsEmpty());
}

// --- that are wrong by little ---

TEST_F(ChosenCandidates, OfFloat32AreExact) {
  EXPECT_TRUE(keeps(1e-4F, DType::f32, DType::f32));
  EXPECT_FALSE(keeps(0.01F, DType::f32, DType::f32));
  EXPECT_FALSE(keeps(-0.01F, DType::f32, DType::f32));
}

TEST_F(ChosenCandidates, OfNarrowTypesMayRound) {
  EXPECT_TRUE(keeps(0.01F, DType::f16, DType::f16));
  EXPECT_TRUE(keeps(0.01F, DType::f16, DType::f32));
  EXPECT_TRUE(keeps(0.01F, DType::f32, DType::f16));
  EXPECT_FALSE(keeps(0.07F, DType::f16, DType::f16));
  EXPECT_TRUE(keeps(0.01F, DType::f32, DType::f32, true));
  EXPECT_FALSE(keeps(0.07F, DType::f32, DType::f32, true));
  EXPECT_TRUE(keeps(0.07F, DType::bf16, DType::bf16));
  EXPECT_TRUE(keeps(0.07F, DType::bf16, DType::f32));
  EXPECT_TRUE(keeps(0.07F, DType::f32, DType::bf16));
  EXPECT_FALSE(keeps(0.4F, DType::bf16, DType::bf16));
}

// --- that nobody runs beside ---

TEST_F(ChosenCandidates, ThatAreAloneAreNotMeasured) {
  EXPECT_EQ(chosen({writes({.from = "own"})}), "own writes");
  EXPECT_EQ(chosen({fails("own")}), "fails") << "it ran";
  EXPECT_FALSE(fs::exists(name_));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(ChosenCandidates, ThatAllRefuseGiveTheOwnReason) {
  const KernelOrRefusal made = choose({refuses("A"), refuses("B"), refuses("own", "too large")});
  ASSERT_TRUE(std::holds_alternative<Refusal>(made));
  EXPECT_EQ(std::get<Refusal>(made).reason, "own: too large");
  EXPECT_FALSE(fs::exists(name_));
}

// Nothing could be compared with.
TEST_F(ChosenCandidates, AreRefusedWhereTheOwnOneRefuses) {
  const KernelOrRefusal made = choose({writes({.from = "A"}), refuses("own", "too large")});
  ASSERT_TRUE(std::holds_alternative<Refusal>(made));
  EXPECT_EQ(std::get<Refusal>(made).reason, "own: too large");
}

// --- that others come before ---

TEST_F(ChosenCandidates, ThatRunTellWhyOthersDoNot) {
  const Kernel made = kernel({fails("A"), writes({.from = "B"}), writes({.from = "own", .times = 2000})});
  EXPECT_EQ(made.implementation, "B writes");
  EXPECT_THAT(made.passed_over, ElementsAre(AllOf(StartsWith("A 0: "), HasSubstr("out of order"))));
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("gets no A 0"), HasSubstr("out of order"))));
}

// --- of slices ---

TEST_F(ChosenCandidates, ThatWriteSlicesComeBeforeDenseOnes) {
  const TensorDesc pixels{Shape{1, 8, 2, 4}, DType::f32, Layout::channels_last};
  inputs_ = {{true, pixels, nullptr}};
  outputs_ = {pixels};
  const std::vector<Candidate> candidates{writes_slices("A", 500, 24), writes_slices("B", 10, 24),
                                          writes({.from = "own"})};
  slice_pitch_ = 24;
  EXPECT_EQ(chosen(candidates), "B slices");
  EXPECT_THAT(warnings_, IsEmpty());
  // Where none writes them the fastest runs.
  fs::remove(name_);
  EXPECT_EQ(chosen({writes({.from = "A", .times = 2000}), writes({.from = "own"})}), "own writes");
}

TEST_F(ChosenCandidates, ThatWriteSlicesWronglyAreDropped) {
  const TensorDesc pixels{Shape{1, 8, 2, 4}, DType::f32, Layout::channels_last};
  inputs_ = {{true, pixels, nullptr}};
  outputs_ = {pixels};
  slice_pitch_ = 24;
  EXPECT_EQ(chosen({writes_slices("A", 1, 16), writes({.from = "own", .times = 10})}), "own writes");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("computes something else than")));
}

}  // namespace
}  // namespace yy::test
