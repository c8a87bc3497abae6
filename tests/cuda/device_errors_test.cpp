// The cascade that the device decides, where the device or a call of CUDA fails in the middle of it: what was
// answered before is right, everything after that is an error, and a cascade that is made later knows nothing
// of it.
#include <algorithm>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>
#include <tuple>

#include "cpu/cpu_backend.h"
#include "cuda/private/backend.h"
#include "runtime/error.h"
#include "tests/cusim/control.h"
#include "tests/yy/digit_pair.h"

namespace yy::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const CascadeOptions& options() {
  static const CascadeOptions some = [] {
    CascadeOptions made{{0.9F}, 8, 1, true};
    made.batches = {8, 4};
    return made;
  }();
  return some;
}

const std::vector<Image>& images() {
  static const std::vector<Image> some = read_digits(50);
  return some;
}

// What is to be said of them.
const std::vector<Verdict>& expected() {
  static const std::vector<Verdict> verdicts =
      DigitPair(make_cpu_backend()).decided_by_host(options(), images());
  return verdicts;
}

// With own kernels alone, whatever libraries the other tests use.
std::shared_ptr<const Backend> new_backend(bool graphs) {
  const auto libraries = std::make_shared<const cuda::Libraries>(cuda::open_libraries("", ""));
  return cuda::make_backend(0, libraries, {}, {.graphs = graphs});
}

// A cascade with networks and a backend of its own, and what it has said.
class Job {
 public:
  explicit Job(bool graphs)
      : pair_(new_backend(graphs)),
        cascade_(pair_.stages(), options(), [this](Verdict&& verdict) { verdicts_.push_back(verdict); }) {}

  void push(std::size_t i) { cascade_.push(i, images()[i]); }
  void flush() { cascade_.flush(); }
  void finish() {
    for (std::size_t i = 0; i < images().size(); ++i) push(i);
    flush();
  }
  const std::vector<Verdict>& verdicts() const { return verdicts_; }

 private:
  DigitPair pair_;
  std::vector<Verdict> verdicts_;
  DeviceCascade cascade_;
};

struct Failure {
  ErrorCode code = {};
  std::string text;  // empty: none
};

Failure failure_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {};
}

// The error that a call of CUDA gave; the verdicts are the first of those that are expected.
void expect_error_of_device(const Failure& failure, const char* error, const Job& job) {
  EXPECT_EQ(failure.code, ErrorCode::device);
  EXPECT_THAT(failure.text, AllOf(HasSubstr("CUDA: "), HasSubstr(error)));
  ASSERT_LT(job.verdicts().size(), expected().size());
  expect_same(job.verdicts(), {expected().begin(), expected().begin() + std::ssize(job.verdicts())});
}

void expect_failed_for_good(Job& job) {
  const std::size_t answered = job.verdicts().size();
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(failure_of([&] { job.push(0); }).text, HasSubstr("has failed before"));
    EXPECT_THAT(failure_of([&] { job.flush(); }).text, HasSubstr("has failed before"));
  }
  EXPECT_EQ(job.verdicts().size(), answered);
}

void expect_a_new_one_works(bool graphs) {
  Job job(graphs);
  job.finish();
  expect_same(job.verdicts(), expected());
  EXPECT_EQ(cusim::last_failure(), "");
}

// What fails in a cascade: a kernel that only one part of it runs, or a function of CUDA.
struct Part {
  const char* name;
  const char* what;
  friend void PrintTo(const Part& part, std::ostream* to) { *to << part.what; }
};

class DeviceErrors : public testing::TestWithParam<std::tuple<bool, Part>> {
 protected:
  DeviceErrors() { cusim::reset(); }
  ~DeviceErrors() override { cusim::reset(); }

  static bool graphs() { return std::get<bool>(GetParam()); }
  static std::string part() { return std::get<Part>(GetParam()).what; }

  // At the first, at one in the middle, at the last.
  static std::vector<int> moments(int all) { return {1, all / 2 + 1, all}; }

  // How often `count` finds something while a cascade that does not fail runs.
  template <class Count>
  static int count_in_a_run(Count count) {
    Job job(graphs());
    cusim::start_log();
    job.finish();
    const int found = count(cusim::take_log(), cusim::take_timeline());
    EXPECT_GE(found, 5);
    return found;
  }
};

std::string name_of(const testing::TestParamInfo<std::tuple<bool, Part>>& one) {
  return std::string(std::get<Part>(one.param).name) +
         (std::get<bool>(one.param) ? "ByAGraph" : "ByReadingBack");
}

// A kernel fails on the device

class FailingKernel : public DeviceErrors {
 protected:
  static int runs() {
    return count_in_a_run([](const std::vector<cusim::Call>&, const std::vector<cusim::Span>& work) {
      return static_cast<int>(std::ranges::count(work, "kernel " + part(), &cusim::Span::what));
    });
  }
};

TEST_P(FailingKernel, EndsTheCascadeAndNoOther) {
  const int all = runs();
  for (int nth : moments(all)) {
    SCOPED_TRACE(testing::Message() << "run " << nth << " of " << all);
    auto job = std::make_unique<Job>(graphs());
    cusim::fail_kernel(part(), nth);
    expect_error_of_device(failure_of([&] { job->finish(); }), "cudaErrorIllegalAddress", *job);
    EXPECT_THAT(cusim::last_failure(), HasSubstr("kernel " + part()));
    if (nth > 1) {
      EXPECT_FALSE(job->verdicts().empty()) << "what was answered before";
    }
    expect_failed_for_good(*job);
    job.reset();
    cusim::reset();
  }
  expect_a_new_one_works(graphs());
}

TEST_P(FailingKernel, WhileTheCascadeIsMade) {
  cusim::fail_kernel(part(), 1);
  const Failure failure = failure_of([] { Job{graphs()}; });
  EXPECT_EQ(failure.code, ErrorCode::device);
  EXPECT_THAT(failure.text, HasSubstr("cudaErrorIllegalAddress"));
  cusim::reset();
  expect_a_new_one_works(graphs());
}

INSTANTIATE_TEST_SUITE_P(
    , FailingKernel,
    testing::Combine(testing::Bool(),
                     testing::Values(Part{"Yin", "probe_by_warps<false, 1>"}, Part{"Enqueue", "note_rows"},
                                     Part{"Dequeue", "take_rows"}, Part{"Yang", "probe_by_warps<true, 1>"})),
    name_of);

// A call of CUDA fails, and the device is as good as before

class FailingCall : public DeviceErrors {
 protected:
  static int calls() {
    return count_in_a_run([](const std::vector<cusim::Call>& all, const std::vector<cusim::Span>&) {
      return static_cast<int>(std::ranges::count(all, part(), &cusim::Call::name));
    });
  }
};

TEST_P(FailingCall, EndsTheCascadeAndNoOther) {
  const int all = calls();
  for (int nth : moments(all)) {
    SCOPED_TRACE(testing::Message() << "call " << nth << " of " << all);
    Job job(graphs());
    cusim::fail_call(part(), nth, cudaErrorNotSupported);
    const Failure failure = failure_of([&] { job.finish(); });
    expect_error_of_device(failure, "cudaErrorNotSupported", job);
    if (part() != "cudaLaunchKernel") {
      EXPECT_THAT(failure.text, HasSubstr("from " + part() + "("));
    }
    expect_failed_for_good(job);
  }
  expect_a_new_one_works(graphs());
}

INSTANTIATE_TEST_SUITE_P(Both, FailingCall,
                         testing::Combine(testing::Bool(),
                                          testing::Values(Part{"Copies", "cudaMemcpyAsync"},
                                                          Part{"Signals", "cudaEventRecord"},
                                                          Part{"WaitsOfStreams", "cudaStreamWaitEvent"},
                                                          Part{"WaitsOfTheHost", "cudaEventSynchronize"})),
                         name_of);
INSTANTIATE_TEST_SUITE_P(, FailingCall,
                         testing::Values(std::tuple{true, Part{"Launches", "cudaGraphLaunch"}},
                                         std::tuple{false, Part{"Launches", "cudaLaunchKernel"}},
                                         std::tuple{false, Part{"Decisions", "cudaStreamSynchronize"}}),
                         name_of);

// Nothing is left of a graph that could not be made.
TEST(FailingGraph, WhileTheCascadeIsMade) {
  for (const char* call : {"cudaGraphCreate", "cudaGraphConditionalHandleCreate",
                           "cudaStreamBeginCaptureToGraph", "cudaLaunchKernel", "cudaStreamGetCaptureInfo",
                           "cudaGraphAddNode", "cudaGraphInstantiate", "cudaMalloc", "cudaMallocHost"}) {
    SCOPED_TRACE(call);
    cusim::fail_call(call, 1, cudaErrorInvalidValue);
    const Failure failure = failure_of([] { Job{true}; });
    EXPECT_EQ(failure.code, ErrorCode::device);
    EXPECT_THAT(failure.text, HasSubstr("cudaErrorInvalidValue"));
    cusim::reset();
    expect_a_new_one_works(true);
  }
}

// A driver without loops in graphs: the host reads what decides on them.
TEST(FailingGraph, IsDoneWithoutWhereTheDriverHasNone) {
  for (const char* call : {"cudaGraphConditionalHandleCreate", "cudaGraphAddNode", "cudaGraphInstantiate"}) {
    SCOPED_TRACE(call);
    for (int lane = 1; lane <= 2; ++lane) cusim::fail_call(call, lane, cudaErrorNotSupported);
    cusim::start_log();
    Job job(true);
    job.finish();
    const std::vector<cusim::Call> calls = cusim::take_log();
    EXPECT_EQ(std::ranges::count(calls, "cudaGraphLaunch", &cusim::Call::name), 0);
    expect_same(job.verdicts(), expected());
  }
}

}  // namespace
}  // namespace yy::test
