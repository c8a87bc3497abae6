// The race build. Its kernels are compiled with -fsanitize=thread, and calls.cpp answers what the compiler
// then calls at each access to memory; libtsan is not linked. Two accesses of different threads race if they
// overlap, one of them writes, not both are atomic, and nothing orders them:
//
//   __syncthreads orders all threads of the block, __syncwarp the lanes of its mask; shuffles and votes
//   nothing.
//   __threadfence, then an atomic operation, orders what came before the fence before what another thread
//   does after an atomic operation on the same word, if that comes later.
//
// It does not matter in which order the schedule happened to run the two. An access to memory that a kernel
// may not touch is found too: only allocations, shared arrays of the own block, the own stack, and for
// reading the program's constants are allowed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace yy::cusim {

struct Block;
struct Thread;

namespace race {

// Set by the first instrumented file of the program.
inline bool enabled = false;

struct ReleaseLog;

// That a thread comes after the first `count` releases in a log.
struct Known {
  const ReleaseLog* log;
  std::size_t count;
};
using Knowledge = std::vector<Known>;

using LaneEpochs = std::array<std::uint32_t, 32>;

// What a fence covers: all of the block before its present barrier, of the warp up to the epochs, of the
// thread before its present fence, and what the thread knew.
struct Release {
  std::uint32_t block = 0, thread = 0, barriers = 0, fences = 0;
  LaneEpochs lanes = {};
  Knowledge knowledge;
};

// Of a thread.
struct Clock {
  std::uint32_t epoch = 1;                  // of its last __syncwarp
  LaneEpochs lanes = {};                    // up to which epoch the thread comes after each lane of its warp
  std::uint32_t fences = 0;                 // that it has passed
  Release fence;                            // at the last of them
  Knowledge knowledge;                      // since the last barrier
  const ReleaseLog* released_to = nullptr;  // where its last release went,
  std::uint32_t released = 0;               // and the fence that this was of
};

// Of a block.
struct BlockClock {
  std::vector<Clock> threads;
  std::vector<std::uint32_t> warps;  // epochs given
  Knowledge knowledge;               // of all threads, since their last barrier
};

// What the engine tells. Nothing is done where no kernel is instrumented.
void start_block(Block& block);
void pass_barrier(Block& block);
void synchronize_lanes(Block& block, unsigned warp, unsigned mask);

// Of the running thread.
void fence();

// Around an atomic operation of the running thread, which may lose its turn before and after it.
class AtomicAccess {
 public:
  AtomicAccess(const void* address, std::size_t bytes, const void* code);
  ~AtomicAccess();
  AtomicAccess(const AtomicAccess&) = delete;
  AtomicAccess& operator=(const AtomicAccess&) = delete;
};

}  // namespace race
}  // namespace yy::cusim
