// With CudaOptions::debug an error of the device names the node that it comes from; without, it tells how to
// learn that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cuda/private/backend.h"
#include "runtime/error.h"
#include "runtime/executor.h"
#include "tests/cusim/control.h"
#include "tests/yy/digit_pair.h"
#include "yy/network.h"

namespace yy::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class DeviceDebug : public testing::Test {
 protected:
  void TearDown() override { cusim::reset(); }

  // With own kernels alone, whose names the tests below know.
  static std::shared_ptr<const Backend> device(bool debug) {
    const auto libraries = std::make_shared<const cuda::Libraries>(cuda::open_libraries("", ""));
    return cuda::make_backend(0, libraries, {}, {.debug = debug});
  }

  // Runs a network, of whose kernels one fails; null: none.
  static std::string error(bool debug, const char* kernel) {
    const Network network(std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yin.onnx", device(debug));
    const auto program = network.compile({1, 1, Layout::channels_last, {}});
    Executor executor(program, network.backend().allocate(program->memory().arena_bytes));
    const auto stream = network.backend().new_stream(1);
    if (kernel == nullptr) cusim::start_log();  // what making it launched does not count
    const std::vector<float> picture(static_cast<std::size_t>(executor.input(0).desc.shape.elements()));
    stream->copy_in(executor.input(0).data, picture.data(), 4 * picture.size());
    if (kernel != nullptr) cusim::fail_kernel(kernel, 1);
    try {
      executor.run(*stream);
      stream->wait();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::device);
      return error.what();
    }
    return "";
  }

  static std::vector<std::string> kernels_of_a_run() {
    error(false, nullptr);
    std::vector<std::string> names;
    for (const cusim::Call& call : cusim::take_log()) {
      if (call.name == "cudaLaunchKernel") names.push_back(call.what.substr(std::string("kernel ").size()));
    }
    return names;
  }
};

TEST_F(DeviceDebug, AnErrorNamesItsNode) {
  const std::vector<std::string> kernels = kernels_of_a_run();
  ASSERT_GE(kernels.size(), 4U);
  EXPECT_THAT(error(true, kernels[0].c_str()),
              StartsWith("node 'conv1' (Conv), implicit gemm 64x32: CUDA: an illegal memory access was "
                         "encountered (cudaErrorIllegalAddress)"));
  cusim::reset();
  EXPECT_THAT(error(true, kernels.back().c_str()), StartsWith("node 'fc' (Gemm), gemv: CUDA: "));
}

TEST_F(DeviceDebug, ElseItTellsHowToFindIt) {
  const std::string text = error(false, kernels_of_a_run()[0].c_str());
  EXPECT_THAT(text, HasSubstr("cudaErrorIllegalAddress) from "));
  EXPECT_THAT(text, HasSubstr("YY_CUDA_DEBUG=1"));
  EXPECT_THAT(text, Not(HasSubstr("node")));
}

TEST_F(DeviceDebug, ALaunchThatIsRefusedNamesItsNodeToo) {
  cusim::fail_call("cudaLaunchKernel", 2, cudaErrorInvalidConfiguration);
  const std::string text = error(true, nullptr);
  EXPECT_THAT(text, StartsWith("node '"));
  EXPECT_THAT(text, HasSubstr("cudaErrorInvalidConfiguration"));
  EXPECT_THAT(text, Not(HasSubstr("YY_CUDA_DEBUG")));
}

TEST_F(DeviceDebug, OfACascadeThatTheDeviceDecides) {
  const DigitPair pair(device(true));
  const std::vector<Image> images = read_digits(20);
  const CascadeOptions options{{0.7F}, 8, 1, true};
  DeviceCascade cascade(pair.stages(), options, [](Verdict&&) {});
  cusim::fail_kernel("take_rows", 1);
  try {
    for (std::size_t i = 0; i < images.size(); ++i) cascade.push(i, images[i]);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), StartsWith("Dequeue, "));
  }
}

// One wait after each launch, nothing that a graph plays.
TEST_F(DeviceDebug, NothingIsAGraph) {
  const DigitPair pair(device(true));
  const std::vector<Image> images = read_digits(20);
  const CascadeOptions options{{0.7F}, 8, 1, true};
  cusim::start_log();
  const std::vector<Verdict> verdicts = pair.decided_by_device(options, images);
  int graphs = 0;
  for (const cusim::Call& call : cusim::take_log()) graphs += call.name.starts_with("cudaGraph") ? 1 : 0;
  EXPECT_EQ(graphs, 0);
  expect_same(verdicts, DigitPair(device(false)).decided_by_host(options, images));
}

}  // namespace
}  // namespace yy::test
