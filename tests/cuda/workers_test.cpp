// Several workers on a device that fails: whoever meets it first, what comes out is the device's error, and
// in debug mode the node that it comes from.
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cuda/private/backend.h"
#include "runtime/error.h"
#include "tests/cusim/control.h"
#include "tests/tools/cli.h"
#include "tools/yy_run/worker_pool.h"

namespace yy::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class WorkersOnCuda : public testing::Test {
 protected:
  void TearDown() override { cusim::reset(); }

  static Stages stages_on(const CudaOptions& options) {
    const auto libraries = std::make_shared<const cuda::Libraries>(cuda::open_libraries("", ""));
    const std::shared_ptr<const Backend> device = cuda::make_backend(0, libraries, {}, options);
    return {std::make_shared<Classifier>(yin, CardOverrides{}, device),
            std::make_shared<Classifier>(yang, CardOverrides{}, device)};
  }

  // What four workers throw whose device fails in the nth run of the kernel.
  static std::string error(const CudaOptions& cuda, Decider decider, const char* kernel, int nth) {
    const ImageList images = find_images({digits}, 0);
    CascadeOptions options{{0.8F}, 4, 1, true};
    WorkerPool pool(
        4, images, stages_on(cuda), options, false, [](Verdict&&, double) {}, decider);
    cusim::fail_kernel(kernel, nth);
    std::uint64_t next = 0;
    std::string text;
    try {
      pool.run([&]() -> std::optional<std::uint64_t> {
        return next == images.size() ? std::nullopt : std::optional(next++);
      });
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::device);
      text = error.what();
    }
    return text;
  }
};

TEST_F(WorkersOnCuda, TheErrorIsTheDevicesWhoeverMeetsIt) {
  for (int round = 0; round < 40; ++round) {
    const std::string text = error({}, Decider::device, "take_rows", 3 + round % 5);
    EXPECT_THAT(text, HasSubstr("cudaErrorIllegalAddress"));
    EXPECT_THAT(text, HasSubstr("YY_CUDA_DEBUG=1"));
    cusim::reset();
  }
}

TEST_F(WorkersOnCuda, InDebugModeItNamesTheNodeWhoeverMeetsIt) {
  for (int round = 0; round < 40; ++round) {
    const Decider decider = round % 2 == 0 ? Decider::host : Decider::device;
    const std::string text = error({.debug = true}, decider, "probe_by_warps<true, 1>", 1 + round % 7);
    EXPECT_THAT(text, AnyOf(StartsWith("node 'probe' (Probe), "),
                            StartsWith("the cascade has failed before: node 'probe' (Probe), "),
                            HasSubstr("; it began with node 'probe' (Probe), ")));
    EXPECT_THAT(text, HasSubstr("cudaErrorIllegalAddress"));
    EXPECT_THAT(text, Not(HasSubstr("YY_CUDA_DEBUG")));
    cusim::reset();
  }
}

}  // namespace
}  // namespace yy::test
