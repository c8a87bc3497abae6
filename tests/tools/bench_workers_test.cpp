// Loads of `yy-run bench` side by side: no thread more than workers, whole passes over the pictures, and
// exceptions that come out.
#include <atomic>
#include <filesystem>
#include <gtest/gtest.h>
#include <set>
#include <stdexcept>

#include "cpu/cpu_backend.h"
#include "tests/thread_count.h"
#include "tools/yy_run/bench_loop.h"
#include "tools/yy_run/report_model.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

using test::threads_of_this_process;

// Another load, watched.
class Watched : public BenchLoad {
 public:
  Watched(std::unique_ptr<BenchLoad> load, std::atomic<std::ptrdiff_t>& most_threads)
      : load_(std::move(load)), most_threads_(most_threads) {}
  bool refill(bool time_is_over) override { return load_->refill(time_is_over); }
  void run() override {
    load_->run();
    std::ptrdiff_t now = threads_of_this_process(), most = most_threads_;
    while (now > most && !most_threads_.compare_exchange_weak(most, now)) {
    }
  }
  void finish() override { load_->finish(); }
  void restart() override { load_->restart(); }
  CascadeTimes times() const override { return load_->times(); }

 private:
  std::unique_ptr<BenchLoad> load_;
  std::atomic<std::ptrdiff_t>& most_threads_;
};

class BenchWorkers : public testing::Test {
 protected:
  // Runs `workers` loads; gives the number of threads beyond those that were there and the caller.
  std::ptrdiff_t threads_of(std::vector<std::unique_ptr<BenchLoad>> loads) {
    const std::ptrdiff_t before = threads_of_this_process();
    std::atomic<std::ptrdiff_t> most = 0;
    Loads watched;
    for (auto& load : loads) watched.push_back(std::make_unique<Watched>(std::move(load), most));
    warm_up(watched);
    const auto times = run_on_the_clock(watched, 0.02);
    EXPECT_EQ(times.size(), watched.size());
    for (const WorkerTimes& worker : times) {
      EXPECT_GE(worker.batches(), 1U);
      EXPECT_EQ(worker.compute_latencies.size(), worker.latencies.size());
    }
    EXPECT_EQ(threads_of_this_process(), before);
    return most - before;
  }

  Stages stages() const {
    const std::shared_ptr<const Backend> backend = make_cpu_backend();
    Stages all;
    for (const char* name : {"digits-yin.onnx", "digits-yang.onnx"}) {
      all.push_back(
          std::make_shared<Classifier>(fs::path(YY_TEST_MODELS_DIR) / name, CardOverrides{}, backend));
    }
    return all;
  }

  static CascadeOptions options() {
    CascadeOptions cascade;
    cascade.thresholds = {0.8F};
    cascade.batch = 4;
    return cascade;
  }

  const ImageList list_ = find_images({(fs::path(YY_TEST_DATA_DIR) / "digits").string()}, 0);
};

TEST_F(BenchWorkers, NoThreadMoreThanWorkersForANetwork) {
  const std::string file = YY_TEST_MODELS_DIR "/digits-yang.onnx";
  const Network network(load_for_report(file).onnx.graph, file, make_cpu_backend());
  const auto program = compile_for_report(network, 4, 1, Precision::f32);
  const std::vector<Tensor> noise = make_noise(*program);
  for (std::size_t workers : {1, 3}) {
    std::vector<std::unique_ptr<BenchLoad>> loads;
    for (std::size_t w = 0; w < workers; ++w) {
      loads.push_back(std::make_unique<NetworkLoad>(program, network.backend(), 1, noise, nullptr));
    }
    EXPECT_EQ(threads_of(std::move(loads)), static_cast<std::ptrdiff_t>(workers) - 1);
  }
}

TEST_F(BenchWorkers, NoThreadMoreThanWorkersForACascade) {
  const Stages both = stages();
  for (std::size_t workers : {1, 3}) {
    PictureSet pictures;
    std::vector<std::unique_ptr<BenchLoad>> loads;
    for (std::size_t w = 0; w < workers; ++w) {
      loads.push_back(std::make_unique<CascadeLoad>(both, options(), Decider::host, pictures));
    }
    pictures.decode(list_, std::nullopt, false, static_cast<CascadeLoad&>(*loads[0]).cascade());
    EXPECT_EQ(threads_of(std::move(loads)), static_cast<std::ptrdiff_t>(workers) - 1);
  }
}

TEST_F(BenchWorkers, ThrowsWhatALoadThrew) {
  class Throwing : public BenchLoad {
   public:
    bool refill(bool) override { return true; }
    void run() override {
      if (++runs == 5) throw std::out_of_range("five");
    }
    int runs = 0;
  };
  Loads loads;
  for (int i = 0; i < 2; ++i) loads.push_back(std::make_unique<Throwing>());
  warm_up(loads);
  EXPECT_THROW(run_on_the_clock(loads, 3600), std::out_of_range);
}

TEST_F(BenchWorkers, PicturesAreSpreadAndHandedOutInWholePasses) {
  const AnyCascade cascade(stages(), options(), Decider::host, [](Verdict&&) {});
  PictureSet pictures;
  pictures.decode(list_, 10, false, cascade);
  ASSERT_EQ(pictures.size(), 10U);
  std::set<char> folders;
  for (std::uint64_t t = 0; t < 10; ++t) folders.insert(pictures.name(t)[0]);
  EXPECT_GE(folders.size(), 8U);  // the digits 0 to 9 lie in as many folders, about equally many in each
  EXPECT_EQ(pictures.name(13), pictures.name(3));

  EXPECT_EQ(pictures.take(4, true), 0U);  // the first pass is always whole
  EXPECT_EQ(pictures.take(4, true), 4U);
  EXPECT_EQ(pictures.take(4, true), 8U);
  EXPECT_EQ(pictures.take(4, true), std::nullopt);
  EXPECT_EQ(pictures.take(4, false), 12U);  // in the second by now
  EXPECT_EQ(pictures.take(4, true), 16U);
  EXPECT_EQ(pictures.take(4, true), std::nullopt);
  EXPECT_EQ(pictures.take(25, false), 20U);
  EXPECT_EQ(pictures.take(1, true), std::nullopt);  // more than two passes went at once
  EXPECT_EQ(pictures.take(1, false), 45U);
  pictures.restart();
  EXPECT_EQ(pictures.take(1, true), 0U);
}

}  // namespace
}  // namespace yy
