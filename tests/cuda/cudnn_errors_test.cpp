// What we say where cuDNN fails: tables whose functions are replaced stand for a library that does.
#include <cstdio>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cuda/private/cudnn_graph.h"
#include "runtime/error.h"
#include "tests/cuda/cudnn_stand_in.h"

namespace yy::test {
namespace {

using cuda::CudnnDescriptor;
using cuda::CudnnPlan;
using cuda::cudnn::Attribute;
using cuda::cudnn::Element;
using cuda::cudnn::HeuristicMode;
using cuda::cudnn::Kind;
using cuda::cudnn::RawDescriptor;
using cuda::cudnn::Status;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr Status failure = 3000;

// For stubs, which must be captureless.
cuda::Libraries::Cudnn whole;
std::vector<HeuristicMode> asked;
std::vector<std::pair<Attribute, std::int64_t>> told;  // and the number that it was given

HeuristicMode mode_of(const void* element) {
  HeuristicMode mode{};
  std::memcpy(&mode, element, sizeof(mode));
  return mode;
}

class CudnnErrors : public testing::Test {
 protected:
  void SetUp() override {
    const auto stand_in = libraries_with_stand_in("a100");
    if (stand_in == nullptr) GTEST_SKIP() << "cuDNN is not installed";
    libraries_ = std::make_shared<cuda::Libraries>(*stand_in);
    whole = api();
    asked.clear();
    told.clear();
    api().last_error = [](char* text, std::size_t size) { std::snprintf(text, size, "in its own words"); };
  }

  cuda::Libraries::Cudnn& api() { return libraries_->cudnn; }

  template <class Act>
  static std::string error(const Act& act) {
    try {
      act();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::device);
      return error.what();
    }
    return "";
  }

  std::variant<std::vector<CudnnPlan>, Refusal> plan(int most = 1) {
    cuda::ConvProblem problem;
    problem.x = problem.y = {8, 64, 56, 56};
    problem.w = {64, 64, 3, 3};
    problem.pads_before = problem.pads_after = {1, 1};
    problem.read = problem.written = DType::f16;
    problem.bias = problem.relu = true;
    return plan_convolution(*cuda::open_cudnn(libraries_, 0), problem, most);
  }
  std::string refusal() {
    const auto planned = plan();
    const auto* refusal = std::get_if<Refusal>(&planned);
    return refusal == nullptr ? "" : refusal->reason;
  }

  std::shared_ptr<cuda::Libraries> libraries_;
};

TEST_F(CudnnErrors, ADescriptorThatCannotBeMade) {
  api().create_descriptor = [](Kind, RawDescriptor*) { return failure; };
  EXPECT_EQ(error([&] { cuda::open_cudnn(libraries_, 0); }),
            "cuDNN: a descriptor cannot be made: status 3000, in its own words");
}

TEST_F(CudnnErrors, ADescriptorThatIsRefused) {
  api().finalize = [](RawDescriptor) { return failure; };
  EXPECT_EQ(error([&] { cuda::open_cudnn(libraries_, 0); }),
            "cuDNN: a descriptor is refused: status 3000, in its own words");
}

TEST_F(CudnnErrors, AnAttributeThatIsRefused) {
  api().set_attribute = [](RawDescriptor, Attribute, Element, std::int64_t, const void*) { return failure; };
  EXPECT_EQ(error([&] { cuda::open_cudnn(libraries_, 0); }),
            "cuDNN: an attribute is refused: status 3000, in its own words");
}

TEST_F(CudnnErrors, ALibraryWithoutWords) {
  api().last_error = [](char*, std::size_t) {};
  api().create_descriptor = [](Kind, RawDescriptor*) { return failure; };
  EXPECT_EQ(error([&] { cuda::open_cudnn(libraries_, 0); }),
            "cuDNN: a descriptor cannot be made: status 3000");
}

TEST_F(CudnnErrors, AnAttributeThatCannotBeRead) {
  const char* const text = "cuDNN: an attribute cannot be read: status 3000, in its own words";
  api().get_attribute = [](RawDescriptor, Attribute, Element, std::int64_t, std::int64_t*, void*) {
    return failure;
  };
  CudnnDescriptor plan_of(api(), Kind::plan);
  EXPECT_EQ(error([&] { plan_of.count(Attribute::plan_workspace_size, Element::int64); }), text);
  // The number of elements can be told, but not the elements.
  api().get_attribute = [](RawDescriptor, Attribute, Element, std::int64_t, std::int64_t* count,
                           void* elements) {
    *count = 1;
    return elements == nullptr ? cuda::cudnn::success : failure;
  };
  EXPECT_EQ(plan_of.count(Attribute::plan_workspace_size, Element::int64), 1);
  EXPECT_EQ(error([&] { plan_of.read<std::int64_t>(Attribute::plan_workspace_size, Element::int64); }), text);
  EXPECT_EQ(refusal(), std::string("no engine fits: ") + text);
}

// More than there is room for, and less than was announced.
TEST_F(CudnnErrors, ReadsAsManyElementsAsThereAre) {
  api().get_attribute = [](RawDescriptor, Attribute, Element, std::int64_t, std::int64_t* count,
                           void* elements) {
    *count = elements == nullptr ? 2 : 5;
    return cuda::cudnn::success;
  };
  const CudnnDescriptor plan_of(api(), Kind::plan);
  EXPECT_EQ(plan_of.read<std::int64_t>(Attribute::plan_workspace_size, Element::int64).size(), 2U);
  api().get_attribute = [](RawDescriptor, Attribute, Element, std::int64_t, std::int64_t* count,
                           void* elements) {
    *count = elements == nullptr ? 2 : 1;
    return cuda::cudnn::success;
  };
  EXPECT_EQ(plan_of.read<std::int64_t>(Attribute::plan_workspace_size, Element::int64).size(), 1U);
}

TEST_F(CudnnErrors, TellsTheNumberOfADeviceThatIsNotDescribed) {
  api().finalize = [](RawDescriptor) { return cuda::cudnn::success; };
  api().set_attribute = [](RawDescriptor, Attribute name, Element type, std::int64_t count,
                           const void* elements) {
    std::int32_t number = 0;
    if (type == Element::int32 && count == 1) std::memcpy(&number, elements, sizeof(number));
    told.emplace_back(name, number);
    return cuda::cudnn::success;
  };
  cuda::open_cudnn(libraries_, 3);
  EXPECT_THAT(told, testing::ElementsAre(testing::Pair(Attribute::device_json, 0)));
  told.clear();
  api().described_device.clear();
  cuda::open_cudnn(libraries_, 3);
  EXPECT_THAT(told, testing::ElementsAre(testing::Pair(Attribute::device_id, 3)));
}

// The library asked without success for what it expects to be the fastest, it is asked for what always works.
TEST_F(CudnnErrors, FallsBack) {
  api().set_attribute = [](RawDescriptor to, Attribute name, Element type, std::int64_t count,
                           const void* elements) {
    if (name != Attribute::heuristics_mode) return whole.set_attribute(to, name, type, count, elements);
    asked.push_back(mode_of(elements));
    return asked.back() == HeuristicMode::a ? failure : whole.set_attribute(to, name, type, count, elements);
  };
  EXPECT_EQ(refusal(), "");
  EXPECT_THAT(asked, testing::ElementsAre(HeuristicMode::a, HeuristicMode::fallback));
}

TEST_F(CudnnErrors, DoesNotFallBackWhereThereAreEnough) {
  api().set_attribute = [](RawDescriptor to, Attribute name, Element type, std::int64_t count,
                           const void* elements) {
    if (name == Attribute::heuristics_mode) asked.push_back(mode_of(elements));
    return whole.set_attribute(to, name, type, count, elements);
  };
  EXPECT_EQ(refusal(), "");
  EXPECT_THAT(asked, testing::ElementsAre(HeuristicMode::a));
}

TEST_F(CudnnErrors, TellsTheFirstReason) {
  api().set_attribute = [](RawDescriptor to, Attribute name, Element type, std::int64_t count,
                           const void* elements) -> Status {
    if (name != Attribute::heuristics_mode) return whole.set_attribute(to, name, type, count, elements);
    return mode_of(elements) == HeuristicMode::a ? 3001 : 3002;
  };
  EXPECT_THAT(refusal(), AllOf(HasSubstr("status 3001"), Not(HasSubstr("3002"))));
}

// What stops one engine does not stop the next.
TEST_F(CudnnErrors, AnEngineThatFailsIsPassedOver) {
  const auto two = std::get<std::vector<CudnnPlan>>(plan(2));
  ASSERT_EQ(two.size(), 2U);
  api().set_attribute = [](RawDescriptor to, Attribute name, Element type, std::int64_t count,
                           const void* elements) {
    if (name == Attribute::plan_engine_config) told.emplace_back(name, count);
    const bool fails = name == Attribute::plan_engine_config && told.size() == 1;
    return fails ? failure : whole.set_attribute(to, name, type, count, elements);
  };
  const auto planned = plan();
  ASSERT_TRUE(std::holds_alternative<std::vector<CudnnPlan>>(planned));
  EXPECT_EQ(std::get<std::vector<CudnnPlan>>(planned).at(0).engine, two[1].engine);
  EXPECT_EQ(told.size(), 2U);
}

}  // namespace
}  // namespace yy::test
