// Share-nothing workers: as many threads as workers and not one more, every picture answered once, and
// exceptions that come out. In a program of its own, since OpenMP keeps the threads that another test once
// started.
#include "tools/yy_run/worker_pool.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <stdexcept>

#include "cpu/cpu_backend.h"
#include "tests/thread_count.h"
#include "tests/yy/answers.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

using test::threads_of_this_process;

class Pool : public testing::Test {
 protected:
  Pool()
      : images_(find_images({(fs::path(YY_TEST_DATA_DIR) / "digits").string()}, 0)),
        answers_(test::read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yin.csv")),
        yang_answers_(test::read_answers(fs::path(YY_TEST_DATA_DIR) / "digits-yang.csv")) {
    const std::shared_ptr<const Backend> backend = make_cpu_backend();
    for (const char* name : {"digits-yin.onnx", "digits-yang.onnx"}) {
      stages_.push_back(
          std::make_shared<Classifier>(fs::path(YY_TEST_MODELS_DIR) / name, CardOverrides{}, backend));
    }
    options_.thresholds = {0.8F};
    options_.batch = 4;
  }

  Worker::NextTicket all_tickets() {
    return [this]() -> std::optional<std::uint64_t> {
      most_threads_ = std::max(most_threads_, threads_of_this_process());
      if (next_ == images_.size()) return std::nullopt;
      return next_++;
    };
  }

  ImageList images_;
  std::vector<test::Answer> answers_, yang_answers_;
  std::vector<std::shared_ptr<const Classifier>> stages_;
  CascadeOptions options_;
  std::uint64_t next_ = 0;
  std::ptrdiff_t most_threads_ = 0;
};

TEST_F(Pool, AnswersEveryPictureOnceWithNoThreadMoreThanWorkers) {
  const std::ptrdiff_t before = threads_of_this_process();
  for (std::size_t workers : {1, 2, 3}) {
    next_ = 0;
    most_threads_ = 0;
    std::vector<int> answered(images_.size(), 0);
    WorkerPool pool(workers, images_, stages_, options_, false, [&](Verdict&& verdict, double) {
      ++answered.at(verdict.ticket);
      const test::Answer& yin = answers_.at(verdict.ticket);
      const test::Answer& expected = yin.confidence > 0.8F ? yin : yang_answers_.at(verdict.ticket);
      EXPECT_EQ(verdict.label, expected.predicted) << expected.image;
    });
    pool.run(all_tickets());
    EXPECT_EQ(answered, std::vector<int>(images_.size(), 1));
    EXPECT_EQ(pool.pushed(), images_.size());
    EXPECT_EQ(most_threads_, before + static_cast<std::ptrdiff_t>(workers) - 1);
    EXPECT_EQ(threads_of_this_process(), before);
  }
}

TEST_F(Pool, ThrowsWhatAWorkerThrew) {
  WorkerPool pool(2, images_, stages_, options_, false, [](Verdict&&, double) {});
  const auto next = all_tickets();
  EXPECT_THROW(pool.run([&]() -> std::optional<std::uint64_t> {
    if (next_ == 50) throw std::out_of_range("fifty");
    return next();
  }),
               std::out_of_range);
  EXPECT_EQ(next_, 50U);
}

}  // namespace
}  // namespace yy
