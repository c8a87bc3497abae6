// A block and its threads while they run.
#pragma once

#include <array>
#include <cstdint>
#include <vector>
#include <vector_types.h>

#include "tests/cusim/device/place.h"
#include "tests/cusim/device/synchronize.h"
#include "tests/cusim/engine/fiber.h"
#include "tests/cusim/engine/shared_memory.h"
#include "tests/cusim/race/race.h"

namespace yy::cusim {

inline constexpr unsigned warp_lanes = 32;

struct Block;

struct Thread {
  enum class State : std::uint8_t { ready, at_barrier, in_warp_call, finished };

  Block* block = nullptr;
  unsigned number = 0;  // in its block, x fastest
  uint3 index = {};
  State state = State::ready;
  Place where = {};          // of the call that it waits in
  std::uint64_t result = 0;  // of that call
  bool in_engine = true;     // what it accesses is then not the kernel's doing
  Fiber fiber;
};

// A call of a lane that waits for the others.
struct WarpRequest {
  WarpCall call = WarpCall::sync;
  unsigned mask = 0;
  int argument = 0, width = 0;
  std::uint64_t value = 0;
  Place where = {};
};

struct Warp {
  unsigned alive = 0, waiting = 0;  // a bit per lane
  std::array<WarpRequest, warp_lanes> requests;
};

struct Block {
  unsigned number = 0;  // in its grid, x fastest
  uint3 index = {};
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  unsigned alive = 0;

  unsigned at_barrier = 0;
  unsigned barriers = 0;  // that all threads have passed
  Place barrier = {};     // where the threads wait
  BlockVote vote = BlockVote::none;
  int votes = 0;

  SharedMemory shared;
  race::BlockClock race;

  Warp& warp_of(const Thread& thread) { return warps[thread.number / warp_lanes]; }
};

// Prepares for the block `number` of a grid.
void restart(Block& block, unsigned number, dim3 grid, dim3 size);

// Of a thread that has left its kernel: checks that nobody waits for it.
void finish(Thread& thread);

}  // namespace yy::cusim
