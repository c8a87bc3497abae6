// A long run takes no more memory than a short one: what the process has resident after 1,000 batches and
// after 10,000. (yy-run itself keeps four bytes a picture, for the percentiles of the latency.)
#include <fstream>
#include <gtest/gtest.h>

#include "tests/allocations/digits_run.h"
#include "tools/yy_run/worker_pool.h"

namespace yy::test {
namespace {

std::int64_t resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:") break;
  }
  std::int64_t kib = 0;
  status >> kib;
  return kib;
}

TEST(Memory, StaysTheSameOverTenThousandBatches) {
  constexpr std::uint64_t batch = 8;
  const Pictures pictures;
  const ImageList images = pictures.repeated(10'000 * batch / pictures.size() + 1);
  CascadeOptions options;
  options.thresholds = {0.8F};
  options.batch = batch;
  std::uint64_t next = 0;
  std::int64_t early = 0, late = 0;
  WorkerPool pool(1, images, digits_pair(), options, true, [](Verdict&&, double) {});
  pool.run([&]() -> std::optional<std::uint64_t> {
    if (next == 1000 * batch) early = resident_kib();
    if (next < 10'000 * batch) return next++;
    late = resident_kib();  // before the last ones make programs for smaller batches
    return std::nullopt;
  });
  std::cout << "resident after 1,000 batches " << early << " KiB, after 10,000 " << late << " KiB\n";
  EXPECT_GT(early, 0);
  EXPECT_LT(late - early, 1024);
  EXPECT_GT(pool.deferred(), 0U);
}

}  // namespace
}  // namespace yy::test
