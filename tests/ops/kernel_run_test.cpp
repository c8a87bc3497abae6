// The test of the tests: kernels that do what a kernel must not are noticed.
#include "tests/ops/kernel_run.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

#include "runtime/error.h"

namespace yy::test {
namespace {

class PlainStream : public Stream {
 public:
  void run(std::span<const Launch> launches) override {
    for (const Launch& launch : launches) launch(*this);
  }
  void wait() override {}
};

// Makes one kernel, whatever it is asked for.
class OneKernel : public Backend {
 public:
  explicit OneKernel(KernelOrRefusal kernel) : kernel_(std::move(kernel)) {}
  std::string_view name() const override { return "one"; }
  Support support(Precision) const override { return Support::native; }
  KernelOrRefusal make_kernel(const KernelRequest&) const override { return kernel_; }
  Buffer allocate(std::size_t bytes) const override { return allocate_host(bytes); }
  std::unique_ptr<Stream> new_stream(int) const override { return std::make_unique<PlainStream>(); }

 private:
  KernelOrRefusal kernel_;
};

using Body = void (*)(const float* x, float* y, float* workspace);

std::string trouble_of(Body body) {
  Kernel kernel;
  kernel.workspace_bytes = 8;
  kernel.bind = [body](const Binding& binding) -> Launch {
    return [=](Stream&) {
      body(binding.inputs[0].as<float>(), binding.outputs[0].as<float>(),
           static_cast<float*>(binding.workspace));
    };
  };
  const OneKernel backend{KernelOrRefusal(kernel)};
  const Case c = node("three", "Relu", 14, {}, {data({3})});
  const Prepared prepared = prepare(c, {});
  WeightStore weights;
  KernelRun run(backend, prepared, make_kernel(backend, c, prepared, 1, weights), 1);
  return run.run();
}

TEST(KernelRun, AllowsWhatIsAllowed) {
  EXPECT_EQ(trouble_of([](const float* x, float* y, float* workspace) {
              std::memcpy(y, x, 3 * sizeof(float));
              workspace[1] = 0;
            }),
            "");
}

TEST(KernelRun, NoticesWritesOutside) {
  EXPECT_EQ(trouble_of([](const float*, float* y, float*) { y[3] = 0; }), "wrote outside output 0\n");
  EXPECT_EQ(trouble_of([](const float*, float* y, float*) { y[-1] = 0; }), "wrote outside output 0\n");
  EXPECT_EQ(trouble_of([](const float*, float*, float* workspace) { workspace[2] = 0; }),
            "wrote outside the workspace\n");
}

TEST(KernelRun, NoticesAChangedInput) {
  EXPECT_EQ(trouble_of([](const float* x, float*, float*) { const_cast<float*>(x)[1] = 7; }),
            "changed input 0\n");
}

TEST(KernelRun, RefusalIsAnErrorWithItsReason) {
  const OneKernel backend{KernelOrRefusal(Refusal{"too wide"})};
  const Case c = node("three", "Relu", 14, {}, {data({3})});
  WeightStore weights;
  try {
    make_kernel(backend, c, prepare(c, {}), 1, weights);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "one refuses: too wide");
  }
}

Array list(std::vector<double> values) {
  Array array(DType::f32, {std::ssize(values)});
  array.real = std::move(values);
  return array;
}

TEST(Differences, NanAndInfinityAreStrict) {
  const double nan = std::nan(""), inf = INFINITY;
  EXPECT_EQ(differences(list({1, 2}), list({1, 2}), 0), "");
  EXPECT_NE(differences(list({nan, 2}), list({1, 2}), 1e9), "");
  EXPECT_NE(differences(list({1, 2}), list({nan, 2}), 1e9), "");
  EXPECT_EQ(differences(list({nan, inf, -inf}), list({nan, inf, -inf}), 0), "");
  EXPECT_NE(differences(list({inf}), list({-inf}), 1e9), "");
  EXPECT_NE(differences(list({inf}), list({3e38}), 1), "");
  EXPECT_NE(differences(list({1, 2}), list({1, 2, 3}), 1), "");
}

TEST(Differences, ToleranceIsRelativeToTheWholeForSmallElements) {
  EXPECT_EQ(differences(list({1.0000005, 1e-7}), list({1, 0}), 1e-6), "");
  EXPECT_NE(differences(list({1.0001, 0}), list({1, 0}), 1e-6), "");
  EXPECT_NE(differences(list({1, 1e-4}), list({1, 0}), 1e-6), "");
}

TEST(Differences, ToleranceIsRelativeToTheSizeOfTermsThatCancelled) {
  EXPECT_NE(differences(list({1.01e-4}), list({1e-4}), 1e-6), "");
  EXPECT_EQ(differences(list({1.01e-4}), list({1e-4}), 1e-6, 2), "");
  EXPECT_NE(differences(list({1.05e-4}), list({1e-4}), 1e-6, 2), "");
}

TEST(Layouts, ChannelsLastIsReadAsItIsWritten) {
  Array array(DType::i32, {1, 2, 1, 3});
  array.whole = {1, 2, 3, 4, 5, 6};
  std::vector<std::int32_t> memory(6);
  store(array, Layout::channels_last, memory.data());
  EXPECT_EQ(memory, (std::vector<std::int32_t>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(load({{1, 2, 1, 3}, DType::i32, Layout::channels_last}, memory.data()).whole, array.whole);
}

}  // namespace
}  // namespace yy::test
