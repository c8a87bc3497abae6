// After a warm-up, neither a cascade nor what `yy-run run` puts round it allocates for a picture.
#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/allocations/allocations.h"
#include "tests/allocations/digits_run.h"
#include "tests/tools/temp_folder.h"
#include "tools/yy_run/summary.h"
#include "tools/yy_run/verdict_writer.h"
#include "tools/yy_run/worker_pool.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

struct Way {
  int stages, topk;
  bool carry_over;
  Combine combine = Combine::replace;
  bool told = false;  // how likely the answer is right
  Decider decider = Decider::host;
};

CascadeOptions options_of(const Way& way) {
  CascadeOptions options;
  if (way.stages == 2) options.thresholds = {0.8F};
  options.topk = way.topk;
  options.carry_over = way.carry_over;
  options.combine = way.combine;
  if (way.told) options.temperatures.assign(static_cast<std::size_t>(way.stages), 1.5);
  return options;
}

std::vector<Way> ways() {
  return {{1, 1, true},
          {1, 5, true},
          {2, 1, true},
          {2, 5, true},
          {2, 1, false},
          {2, 5, false},
          {2, 1, true, Combine::replace, true},
          {2, 1, true, Combine::mean},
          {2, 5, true, Combine::mean, true}};
}

std::string text(const Way& way) {
  return fmt::format("{} stages, topk {}, carry-over {}, {}{}{}", way.stages, way.topk, way.carry_over,
                     name_of(way.combine), way.told ? ", probabilities told" : "",
                     way.decider == Decider::device ? ", the device decides" : "");
}

class Allocating : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_tell_onednn_apart()) GTEST_SKIP() << "oneDNN is not a shared library";
  }

  // Batches of all sizes in all stages.
  static void flush_every_size(Cascade& cascade, const std::vector<Image>& images) {
    for (std::size_t rows = 1; rows <= 8; ++rows) {
      for (std::size_t i = 0; i < rows; ++i) cascade.push(i, images[i]);
      cascade.flush();
    }
  }

  const Stages stages_ = digits_pair();
  const Pictures pictures_;
};

TEST_F(Allocating, TheCounterSeesOursAndOneDnns) {
  start_counting();
  delete new int(1);
  std::vector<std::string> strings(3, std::string(100, 'x'));
  const Buffer buffer = allocate_host(100);
  const Allocations counted = stop_counting();
  EXPECT_GE(counted.ours, 6U);  // `new` of an int that nobody reads may be left out
  EXPECT_EQ(counted.onednn, 0U);
  EXPECT_NE(counted.traces.find("bytes from\n    test_allocations+0x"), std::string::npos) << counted.traces;
}

TEST_F(Allocating, ACascadeDoesNotOncePicturesHaveGoneThrough) {
  const std::vector<Image> images = pictures_.decoded();
  for (const Way& way : ways()) {
    SCOPED_TRACE(text(way));
    std::uint64_t answered = 0;
    Cascade cascade({stages_.begin(), stages_.begin() + way.stages}, options_of(way),
                    [&](Verdict&& verdict) { answered += verdict.error.empty() ? 1 : 0; });
    flush_every_size(cascade, images);
    const auto push = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        const Image& from = images[i % images.size()];
        Image image = cascade.spare_image();
        image.width = from.width;
        image.height = from.height;
        image.region = from.region;
        image.pixels = from.pixels;
        cascade.push(i, std::move(image));
      }
      cascade.flush();
    };
    push(2000);
    answered = 0;
    const std::uint64_t deferred = cascade.deferred();
    start_counting();
    push(1000);
    const Allocations counted = stop_counting();
    EXPECT_EQ(counted.ours, 0U) << counted.traces;
    EXPECT_GT(counted.onednn, 0U);
    EXPECT_EQ(answered, 1000U);
    EXPECT_EQ(cascade.deferred() > deferred, way.stages == 2);
  }
}

// What `yy-run run` does to pictures, counted from the warm_up-th until all are handed out: the last ones
// wait for a flush, which may make programs for batches of a new size.
Allocations run(const Stages& stages, const Way& way, std::size_t workers, const ImageList& images,
                std::uint64_t warm_up) {
  const TempFolder folder;
  const std::vector<int> labels(images.size(), 7);
  OutputFile csv(folder / "verdicts.csv", OutputFile::Leftover::remove);
  VerdictWriter writer({images, labels, stages[0]->card().classes, {"yin", "yang"}, way.topk}, &csv, false);
  Summary summary(stages.size());
  summary.latencies.reserve(images.size());
  WorkerPool pool(
      workers, images, {stages.begin(), stages.begin() + way.stages}, options_of(way), true,
      [&](Verdict&& verdict, double seconds) {
        summary.count(verdict, labels[verdict.ticket], seconds);
        writer.add(std::move(verdict));
      },
      way.decider);
  std::uint64_t next = 0;
  std::optional<Allocations> counted;
  pool.run([&]() -> std::optional<std::uint64_t> {
    if (next == warm_up) start_counting();
    if (next < images.size()) return next++;
    if (!counted) counted = stop_counting();
    return std::nullopt;
  });
  EXPECT_EQ(summary.failed, 0U);
  EXPECT_EQ(pool.deferred() > 0, way.stages == 2);
  EXPECT_EQ(writer.rows(), images.size());
  return *counted;
}

TEST_F(Allocating, AWholeRunDoesNotAfterItsWarmUp) {
  const std::size_t cycle = pictures_.size();
  std::vector<Way> all = ways();
  all.push_back({2, 1, true, Combine::replace, false, Decider::device});
  for (const Way& way : all) {
    SCOPED_TRACE(text(way));
    const ImageList images = pictures_.repeated(16);
    const Allocations counted = run(stages_, way, 1, images, 10 * cycle);
    EXPECT_EQ(counted.ours, 0U) << counted.traces;
    EXPECT_GT(counted.onednn, 0U);
  }
}

// When a worker meets its largest picture, and how many verdicts wait for those before them, is up to the
// scheduler: so late in a run there may be a few firsts.
TEST_F(Allocating, AWholeRunOfTwoWorkersHardlyDoes) {
  const std::size_t cycle = pictures_.size();
  const Allocations counted = run(stages_, {2, 5, true}, 2, pictures_.repeated(60), 20 * cycle);
  EXPECT_LT(counted.ours, 40 * cycle / 10) << counted.traces;
}

}  // namespace
}  // namespace yy::test
