// Which programs are kept, and that each is made once however many ask for it.
#include "yy/program_cache.h"

#include <atomic>
#include <gtest/gtest.h>
#include <latch>
#include <thread>

#include "runtime/error.h"

namespace yy {
namespace {

ProgramKey key(std::int64_t size) {
  return {{Shape{size}}, 1, Precision::f32, false};
}

// What get() had to make, in order; the cache does not look into programs.
class Made {
 public:
  explicit Made(std::size_t capacity) : cache(capacity) {}
  void ask(std::int64_t size) {
    cache.get(key(size), [&] {
      sizes.push_back(size);
      return nullptr;
    });
  }
  ProgramCache cache;
  std::vector<std::int64_t> sizes;
};

TEST(ProgramCache, DropsTheLeastRecentlyUsed) {
  Made made(3);
  for (std::int64_t size : {1, 2, 3, 1, 4, 1, 3, 4, 2}) made.ask(size);
  EXPECT_EQ(made.sizes, (std::vector<std::int64_t>{1, 2, 3, 4, 2}));
  EXPECT_EQ(made.cache.size(), 3U);
}

TEST(ProgramCache, KeepsOneAtLeast) {
  Made made(0);
  for (std::int64_t size : {1, 1, 2, 2, 1}) made.ask(size);
  EXPECT_EQ(made.sizes, (std::vector<std::int64_t>{1, 2, 1}));
}

TEST(ProgramCache, TellsKeysApart) {
  ProgramCache cache(8);
  int makes = 0;
  const auto ask = [&](const ProgramKey& wanted) {
    cache.get(wanted, [&] {
      ++makes;
      return nullptr;
    });
  };
  const ProgramKey plain = key(1);
  ProgramKey other = plain;
  ask(plain);
  (other = plain).threads = 2;
  ask(other);
  (other = plain).precision = Precision::bf16;
  ask(other);
  (other = plain).variant = 1;
  ask(other);
  (other = plain).inputs.push_back(Shape{1});
  ask(other);
  EXPECT_EQ(makes, 5);
  ask(plain);
  EXPECT_EQ(makes, 5);
}

TEST(ProgramCache, DoesNotKeepFailures) {
  ProgramCache cache(2);
  const auto fail = []() -> std::shared_ptr<const Program> { throw Error(ErrorCode::model, "no"); };
  EXPECT_THROW(cache.get(key(1), fail), Error);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.get(key(1), [] { return nullptr; }), nullptr);
}

TEST(ProgramCache, MakesOnceForThreadsThatAskAtOnce) {
  constexpr int threads = 8;
  ProgramCache cache(2);
  std::atomic<int> makes = 0;
  std::latch start(threads);
  std::vector<std::jthread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      start.arrive_and_wait();
      cache.get(key(1), [&] {
        ++makes;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return nullptr;
      });
    });
  }
  all.clear();
  EXPECT_EQ(makes, 1);
}

// The one who makes a program waits for one who asks for another.
TEST(ProgramCache, MakesDifferentProgramsSideBySide) {
  ProgramCache cache(2);
  std::latch inside(2);
  const auto meet = [&] {
    inside.arrive_and_wait();
    return nullptr;
  };
  std::jthread other([&] { cache.get(key(1), meet); });
  cache.get(key(2), meet);
}

}  // namespace
}  // namespace yy
