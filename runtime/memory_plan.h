// Places buffers with known lifetimes into one arena. Pure arithmetic: knows nothing of tensors or devices.
//
// Two buffers may share bytes when no step needs both. Finding the smallest arena is NP-hard, so several
// greedy orders are tried (by size; by size of the busiest step; by first use) and the smallest result is
// taken: each buffer in turn goes to the lowest gap that is wide enough among the already placed ones it
// lives beside. Where that leaves holes, the buffer that reaches highest is placed earlier, again and again.
// (Greedy by size: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020.)
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace yy {

struct Interval {
  std::size_t bytes = 0;
  int first = 0;  // step that writes it
  int last = 0;   // last step that reads it, inclusive
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  // one per interval, multiples of the alignment
  std::size_t arena_bytes = 0;
  std::size_t lower_bound = 0;  // largest sum of bytes alive in one step, each rounded up to the alignment
};

// `alignment` is a power of two. Intervals with 0 bytes get offset 0.
MemoryPlan plan_memory(std::span<const Interval> intervals, std::size_t alignment);

}  // namespace yy
