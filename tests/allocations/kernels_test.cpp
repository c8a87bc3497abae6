// No kernel allocates when it runs, after its first run: every case of every operator.
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "tests/allocations/allocations.h"
#include "tests/cases/case.h"
#include "tests/ops/kernel_run.h"

namespace yy::test {
namespace {

constexpr int threads = 2;

// Adds up what is allocated inside run().
class CountingStream : public Stream {
 public:
  CountingStream(std::unique_ptr<Stream> stream, Allocations& sum) : stream_(std::move(stream)), sum_(sum) {}

  void run(std::span<const Launch> launches) override {
    start_counting();
    stream_->run(launches);
    const Allocations counted = stop_counting();
    sum_.ours += counted.ours;
    sum_.onednn += counted.onednn;
    sum_.traces += counted.traces;
  }
  void wait() override { stream_->wait(); }

 private:
  std::unique_ptr<Stream> stream_;
  Allocations& sum_;
};

class CountingBackend : public Backend {
 public:
  CountingBackend(const Backend& backend, Allocations& sum) : backend_(backend), sum_(sum) {}

  std::string_view name() const override { return backend_.name(); }
  Support support(Precision precision) const override { return backend_.support(precision); }
  KernelOrRefusal make_kernel(const KernelRequest& request) const override {
    return backend_.make_kernel(request);
  }
  Buffer allocate(std::size_t bytes) const override { return backend_.allocate(bytes); }
  std::unique_ptr<Stream> new_stream(int thread_count) const override {
    return std::make_unique<CountingStream>(backend_.new_stream(thread_count), sum_);
  }

 private:
  const Backend& backend_;
  Allocations& sum_;
};

TEST(Allocations, NoKernelAllocatesWhenItRuns) {
  if (!can_tell_onednn_apart()) GTEST_SKIP() << "oneDNN is not a shared library";
  const std::unique_ptr<Backend> cpu = make_cpu_backend();
  Allocations counted;
  const CountingBackend backend(*cpu, counted);
  std::uint64_t by_onednn = 0;
  for (const Case& c : explicit_cases()) {
    for (const Arrangement& arrangement : arrangements(c)) {
      if (cpu->support(precision_of(arrangement)) == Support::none) continue;
      const Prepared prepared = prepare(c, arrangement);
      WeightStore weights;
      const KernelOrRefusal made =
          backend.make_kernel({*c.op, prepared.inputs, prepared.outputs, threads, weights});
      const auto* kernel = std::get_if<Kernel>(&made);
      if (kernel == nullptr || kernel->is_view) continue;
      KernelRun run(backend, prepared, *kernel, threads);
      run.run();
      counted = {};
      run.run();
      EXPECT_EQ(counted.ours, 0U) << full_name(c) << " " << text(arrangement) << "\n" << counted.traces;
      by_onednn += counted.onednn;
    }
  }
  EXPECT_GT(by_onednn, 0U) << "oneDNN's maps of arguments should have been seen";
}

}  // namespace
}  // namespace yy::test
