// plan_memory against an oracle that compares every pair of intervals.
#include "runtime/memory_plan.h"

#include <algorithm>
#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace yy {
namespace {

// What is wrong with a plan, or nothing.
std::string faults(const std::vector<Interval>& intervals, const MemoryPlan& plan, std::size_t alignment) {
  if (plan.offsets.size() != intervals.size()) return "not one offset per interval";
  std::size_t end = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const Interval& a = intervals[i];
    if (plan.offsets[i] % alignment != 0) return "offset " + std::to_string(i) + " is not aligned";
    if (a.bytes == 0 && plan.offsets[i] != 0)
      return "interval " + std::to_string(i) + " has no bytes but an offset";
    end = std::max(end, plan.offsets[i] + a.bytes);
    for (std::size_t j = 0; j < i; ++j) {
      const Interval& b = intervals[j];
      const bool together = std::max(a.first, b.first) <= std::min(a.last, b.last);
      const bool overlap = std::max(plan.offsets[i], plan.offsets[j]) <
                           std::min(plan.offsets[i] + a.bytes, plan.offsets[j] + b.bytes);
      if (together && overlap)
        return "intervals " + std::to_string(j) + " and " + std::to_string(i) + " overlap";
    }
  }
  if (plan.arena_bytes < end) return "the arena is too small";
  if (plan.arena_bytes >= end + alignment) return "the arena is larger than its contents";
  return {};
}

// The bound, from its definition.
std::size_t busiest(const std::vector<Interval>& intervals, std::size_t alignment) {
  std::size_t most = 0;
  for (const Interval& at : intervals) {
    for (int step = at.first; step <= at.last; ++step) {
      std::size_t sum = 0;
      for (const Interval& one : intervals) {
        if (one.first <= step && step <= one.last) sum += (one.bytes + alignment - 1) / alignment * alignment;
      }
      most = std::max(most, sum);
    }
  }
  return most;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  int below(int n) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<int>((state_ >> 33) % static_cast<std::uint64_t>(n));
  }

 private:
  std::uint64_t state_;
};

// Some seeds look like a network (short lives in order, a few long ones), the others like nothing in
// particular.
std::vector<Interval> random_intervals(Random& random, bool like_a_network) {
  std::vector<Interval> intervals;
  const int count = random.below(60), steps = 1 + random.below(40);
  for (int i = 0; i < count; ++i) {
    const int first = like_a_network ? i : random.below(steps);
    const int life =
        like_a_network ? (random.below(5) == 0 ? 2 + random.below(6) : 1) : random.below(steps - first);
    const int kind = random.below(10);
    const int bytes = kind == 0 ? 0 : kind < 4 ? random.below(200) : 64 * random.below(1000);
    intervals.push_back({static_cast<std::size_t>(bytes), first, first + life});
  }
  return intervals;
}

TEST(MemoryPlan, RandomIntervalsNeverOverlap) {
  std::size_t worst_network = 0;  // arena / lower bound, in percent
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const bool like_a_network = seed % 2 == 0;
    const std::size_t alignment = std::size_t{1} << random.below(9);
    const std::vector<Interval> intervals = random_intervals(random, like_a_network);
    const MemoryPlan plan = plan_memory(intervals, alignment);
    ASSERT_EQ(faults(intervals, plan, alignment), "");
    ASSERT_EQ(plan.lower_bound, busiest(intervals, alignment));
    ASSERT_GE(plan.arena_bytes + alignment, plan.lower_bound);
    ASSERT_LE(plan.arena_bytes, 2 * plan.lower_bound) << "greedy plans are far better than that";
    if (like_a_network && plan.lower_bound > 0) {
      worst_network = std::max(worst_network, 100 * plan.arena_bytes / plan.lower_bound);
    }
  }
  EXPECT_LE(worst_network, 130U) << "the arena of a network should be close to the bound";
}

TEST(MemoryPlan, IsTheSameEveryTime) {
  Random random(5);
  const std::vector<Interval> intervals = random_intervals(random, true);
  EXPECT_EQ(plan_memory(intervals, 64).offsets, plan_memory(intervals, 64).offsets);
}

TEST(MemoryPlan, NothingNeedsNothing) {
  const MemoryPlan plan = plan_memory({}, 64);
  EXPECT_TRUE(plan.offsets.empty());
  EXPECT_EQ(plan.arena_bytes, 0U);
  EXPECT_EQ(plan.lower_bound, 0U);
}

TEST(MemoryPlan, ZeroBytesLieAtZero) {
  const std::vector<Interval> intervals{{0, 0, 9}, {128, 0, 9}, {0, 3, 3}};
  const MemoryPlan plan = plan_memory(intervals, 64);
  EXPECT_EQ(plan.offsets, (std::vector<std::size_t>{0, 0, 0}));
  EXPECT_EQ(plan.arena_bytes, 128U);
  const std::vector<Interval> empty{{0, 0, 1}, {0, 1, 2}};
  EXPECT_EQ(plan_memory(empty, 64).arena_bytes, 0U);
}

TEST(MemoryPlan, ChainNeedsTwoNeighbours) {
  const std::vector<Interval> chain{{640, 0, 1}, {640, 1, 2}, {640, 2, 3}, {640, 3, 4}};
  const MemoryPlan plan = plan_memory(chain, 64);
  EXPECT_EQ(faults(chain, plan, 64), "");
  EXPECT_EQ(plan.arena_bytes, 1280U);
}

TEST(MemoryPlan, LastStepIsInclusive) {
  const std::vector<Interval> meet{{64, 0, 2}, {64, 2, 4}}, apart{{64, 0, 1}, {64, 2, 4}};
  EXPECT_EQ(plan_memory(meet, 64).arena_bytes, 128U);
  EXPECT_EQ(plan_memory(apart, 64).arena_bytes, 64U);
}

TEST(MemoryPlan, RoundsUpToTheAlignment) {
  const std::vector<Interval> odd{{1, 0, 0}, {65, 0, 0}, {64, 0, 0}};
  const MemoryPlan plan = plan_memory(odd, 64);
  EXPECT_EQ(faults(odd, plan, 64), "");
  EXPECT_EQ(plan.lower_bound, 64U + 128U + 64U);
}

// A small buffer fits between two that never meet it together: the hole must be used.
TEST(MemoryPlan, UsesHoles) {
  const std::vector<Interval> intervals{{256, 0, 1}, {64, 0, 3}, {128, 2, 3}, {128, 2, 3}};
  const MemoryPlan plan = plan_memory(intervals, 64);
  EXPECT_EQ(faults(intervals, plan, 64), "");
  EXPECT_EQ(plan.arena_bytes, 320U);
}

// A residual block: the shortcut outlives the two convolutions beside it.
TEST(MemoryPlan, ResidualBlock) {
  const std::vector<Interval> block{{1024, 0, 3}, {4096, 1, 2}, {1024, 2, 3}, {1024, 3, 4}};
  const MemoryPlan plan = plan_memory(block, 64);
  EXPECT_EQ(faults(block, plan, 64), "");
  EXPECT_EQ(plan.arena_bytes, 6144U);
}

}  // namespace
}  // namespace yy
