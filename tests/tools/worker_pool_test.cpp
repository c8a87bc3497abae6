// Share-nothing workers: as many threads as workers and not one more, every picture answered once, and
// exceptions that come out. In a program of its own, since OpenMP keeps the threads that another test once
// started.
#include "tools/yy_run/worker_pool.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <stdexcept>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"
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
  for (Decider decider : {Decider::host, Decider::device}) {
    for (std::size_t workers : {1, 2, 3}) {
      SCOPED_TRACE(testing::Message() << workers << (decider == Decider::host ? ", host" : ", device"));
      next_ = 0;
      most_threads_ = 0;
      std::vector<int> answered(images_.size(), 0);
      const auto take = [&](Verdict&& verdict, double) {
        ++answered.at(verdict.ticket);
        const test::Answer& yin = answers_.at(verdict.ticket);
        const test::Answer& expected = yin.confidence > 0.8F ? yin : yang_answers_.at(verdict.ticket);
        EXPECT_EQ(verdict.label, expected.predicted) << expected.image;
      };
      WorkerPool pool(workers, images_, stages_, options_, false, take, decider);
      pool.run(all_tickets());
      EXPECT_EQ(answered, std::vector<int>(images_.size(), 1));
      EXPECT_EQ(pool.pushed(), images_.size());
      EXPECT_GT(pool.times().preprocess, 0);
      EXPECT_EQ(most_threads_, before + static_cast<std::ptrdiff_t>(workers) - 1);
      EXPECT_EQ(threads_of_this_process(), before);
    }
  }
}

// Verdicts of a cascade that several feed come to the workers that push, whoever decoded the picture.
TEST_F(Pool, PicturesThatCannotBeReadAreAnsweredToo) {
  for (Decider decider : {Decider::host, Decider::device}) {
    ImageList images;
    for (std::size_t i = 0; i < 300; ++i) {
      std::string file;
      images_.write_path(i % images_.size(), file);
      images.add_file(i % 5 == 2 ? "/nowhere/" + std::to_string(i) : file);
    }
    std::size_t answered = 0, failed = 0;
    std::vector<int> times(images.size(), 0);
    const auto take = [&](Verdict&& verdict, double seconds) {
      ++times.at(verdict.ticket);
      ++(verdict.error.empty() ? answered : failed);
      EXPECT_EQ(verdict.error.empty(), verdict.ticket % 5 != 2);
      EXPECT_GE(seconds, 0);
    };
    WorkerPool pool(3, images, stages_, options_, false, take, decider);
    std::uint64_t next = 0;
    pool.run([&]() -> std::optional<std::uint64_t> {
      return next == images.size() ? std::nullopt : std::optional(next++);
    });
    EXPECT_EQ(failed, 60U);
    EXPECT_EQ(answered, 240U);
    EXPECT_EQ(times, std::vector<int>(images.size(), 1));
    EXPECT_EQ(pool.pushed(), 240U);
  }
}

TEST_F(Pool, ThrowsWhatAWorkerThrew) {
  for (Decider decider : {Decider::host, Decider::device}) {
    next_ = 0;
    WorkerPool pool(
        2, images_, stages_, options_, false, [](Verdict&&, double) {}, decider);
    const auto next = all_tickets();
    EXPECT_THROW(pool.run([&]() -> std::optional<std::uint64_t> {
      if (next_ == 50) throw std::out_of_range("fifty");
      return next();
    }),
                 std::out_of_range);
    EXPECT_EQ(next_, 50U);
  }
}

// A second run of the same workers is a run like the first.
TEST_F(Pool, RunsAgain) {
  for (Decider decider : {Decider::host, Decider::device}) {
    std::size_t answered = 0;
    WorkerPool pool(
        2, images_, stages_, options_, false, [&](Verdict&&, double) { ++answered; }, decider);
    for (std::size_t round = 1; round <= 2; ++round) {
      next_ = 3;  // so that the last batch is not whole
      pool.run(all_tickets());
      EXPECT_EQ(answered, round * (images_.size() - 3));
    }
  }
}

// However many files in a row cannot be read, and however many workers share a cascade: verdicts in front of
// them do not wait for ever.
TEST_F(Pool, PicturesBehindManyBadFilesAreAnsweredInTime) {
  ImageList images;
  std::string file;
  for (std::size_t i = 0; i < 3; ++i) {
    images_.write_path(i, file);
    images.add_file(file);
  }
  for (std::size_t i = 3; i < 8000; ++i) images.add_file("/nowhere");
  for (std::size_t workers : {1, 4}) {
    std::uint64_t next = 0, latest = 0;
    const auto take = [&](Verdict&& verdict, double) {
      if (verdict.error.empty()) latest = std::max(latest, next);
    };
    WorkerPool pool(workers, images, stages_, options_, false, take, Decider::device);
    pool.run([&]() -> std::optional<std::uint64_t> {
      return next == images.size() ? std::nullopt : std::optional(next++);
    });
    EXPECT_GT(latest, 0U);
    EXPECT_LT(latest, 2 * 128 * 4 + 100U) << workers << " workers";
  }
}

TEST_F(Pool, WhatOnlyTheHostCanDecideIsRefused) {
  options_.topk = 3;
  try {
    WorkerPool(
        1, images_, stages_, options_, false, [](Verdict&&, double) {}, Decider::device);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_EQ(error.what(),
              std::string("--decide device does not go with more than the best class; let the host decide"));
  }
}

}  // namespace
}  // namespace yy
