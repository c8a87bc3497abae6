#include "runtime/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace yy {
namespace {

bool meet(const Interval& a, const Interval& b) {
  return a.first <= b.last && b.first <= a.last;
}

std::vector<std::size_t> bytes_per_step(std::span<const Interval> intervals) {
  int steps = 0;
  for (const Interval& interval : intervals) steps = std::max(steps, interval.last + 1);
  std::vector<std::size_t> live(static_cast<std::size_t>(steps), 0);
  for (const Interval& interval : intervals) {
    for (int step = interval.first; step <= interval.last; ++step) {
      live[static_cast<std::size_t>(step)] += interval.bytes;
    }
  }
  return live;
}

// Puts each buffer, in the given order, into the lowest gap among its placed neighbours in time.
MemoryPlan place(std::span<const Interval> intervals, const std::vector<std::size_t>& order) {
  MemoryPlan plan;
  plan.offsets.assign(intervals.size(), 0);
  std::vector<std::size_t> placed;  // by offset
  for (std::size_t index : order) {
    const Interval& interval = intervals[index];
    std::size_t offset = 0;
    for (std::size_t other : placed) {
      if (!meet(interval, intervals[other])) continue;
      if (plan.offsets[other] >= offset + interval.bytes) break;
      offset = std::max(offset, plan.offsets[other] + intervals[other].bytes);
    }
    plan.offsets[index] = offset;
    plan.arena_bytes = std::max(plan.arena_bytes, offset + interval.bytes);
    const auto where = std::upper_bound(placed.begin(), placed.end(), index,
                                        [&](auto a, auto b) { return plan.offsets[a] < plan.offsets[b]; });
    placed.insert(where, index);
  }
  return plan;
}

// For each interval the bytes alive in its busiest step: those of the peak must fit without holes.
std::vector<std::size_t> busiest_step(std::span<const Interval> intervals,
                                      const std::vector<std::size_t>& live) {
  std::vector<std::size_t> result;
  for (const Interval& interval : intervals) {
    result.push_back(*std::max_element(live.begin() + interval.first, live.begin() + interval.last + 1));
  }
  return result;
}

// Places the buffer that reaches highest earlier and earlier, since it was placed too late to find a gap.
MemoryPlan lower_the_highest(std::span<const Interval> intervals, std::vector<std::size_t> order,
                             MemoryPlan best, std::size_t lower_bound) {
  constexpr int attempts = 64;
  MemoryPlan plan = place(intervals, order);
  for (int i = 0; i < attempts && best.arena_bytes > lower_bound; ++i) {
    const auto highest = std::find_if(order.begin(), order.end(), [&](std::size_t index) {
      return plan.offsets[index] + intervals[index].bytes == plan.arena_bytes;
    });
    std::rotate(order.begin() + (highest - order.begin()) / 2, highest, highest + 1);
    plan = place(intervals, order);
    if (plan.arena_bytes < best.arena_bytes) best = plan;
  }
  return best;
}

}  // namespace

MemoryPlan plan_memory(std::span<const Interval> intervals, std::size_t alignment) {
  std::vector<Interval> rounded(intervals.begin(), intervals.end());
  for (Interval& interval : rounded) interval.bytes = (interval.bytes + alignment - 1) & ~(alignment - 1);
  const std::vector<std::size_t> live = bytes_per_step(rounded);
  const std::size_t lower_bound = live.empty() ? 0 : *std::max_element(live.begin(), live.end());

  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < rounded.size(); ++i) {
    if (rounded[i].bytes > 0) order.push_back(i);
  }
  const auto busy = busiest_step(rounded, live);
  const auto bigger = [&](std::size_t a, std::size_t b) { return rounded[a].bytes > rounded[b].bytes; };
  const auto busier = [&](std::size_t a, std::size_t b) {
    return busy[a] != busy[b] ? busy[a] > busy[b] : bigger(a, b);
  };
  const auto earlier = [&](std::size_t a, std::size_t b) {
    return rounded[a].first != rounded[b].first ? rounded[a].first < rounded[b].first : bigger(a, b);
  };
  const auto longer = [&](std::size_t a, std::size_t b) {
    const int la = rounded[a].last - rounded[a].first, lb = rounded[b].last - rounded[b].first;
    return la != lb ? la > lb : bigger(a, b);
  };

  MemoryPlan best;
  bool have_plan = false;
  const auto attempt = [&](const auto& before) {
    if (have_plan && best.arena_bytes == lower_bound) return;
    std::vector<std::size_t> sorted = order;
    std::stable_sort(sorted.begin(), sorted.end(), before);
    MemoryPlan plan = place(rounded, sorted);
    if (!have_plan || plan.arena_bytes < best.arena_bytes) best = std::move(plan);
    have_plan = true;
  };
  attempt(bigger);
  attempt(busier);
  attempt(earlier);
  attempt(longer);
  const auto improve = [&](const auto& before) {
    std::vector<std::size_t> sorted = order;
    std::stable_sort(sorted.begin(), sorted.end(), before);
    best = lower_the_highest(rounded, std::move(sorted), std::move(best), lower_bound);
  };
  if (best.arena_bytes > lower_bound) {
    improve(bigger);
    improve(busier);
    improve(longer);
  }
  best.lower_bound = lower_bound;
  return best;
}

}  // namespace yy
