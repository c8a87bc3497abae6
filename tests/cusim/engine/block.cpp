#include "tests/cusim/engine/block.h"

#include <fmt/format.h>

#include "tests/cusim/engine/failure.h"

namespace yy::cusim {
namespace {

uint3 unfold(unsigned number, dim3 size) {
  return {number % size.x, number / size.x % size.y, number / size.x / size.y};
}

// Lanes of the warp that exist in a block of so many threads.
unsigned lanes_in(unsigned warp, unsigned threads) {
  const unsigned lanes = threads - warp * warp_lanes;
  return lanes >= warp_lanes ? 0xffffffffU : (1U << lanes) - 1;
}

}  // namespace

void restart(Block& block, unsigned number, dim3 grid, dim3 size) {
  const unsigned threads = size.x * size.y * size.z;
  block.number = number;
  block.index = unfold(number, grid);
  block.threads.resize(threads);
  block.warps.resize((threads + warp_lanes - 1) / warp_lanes);
  block.alive = threads;
  block.at_barrier = block.barriers = 0;
  uint3 index = {0, 0, 0};
  for (unsigned i = 0; i < threads; ++i) {
    Thread& thread = block.threads[i];
    thread.block = &block;
    thread.number = i;
    thread.index = index;
    thread.state = Thread::State::ready;
    thread.in_engine = true;
    if (++index.x == size.x) {
      index.x = 0;
      if (++index.y == size.y) {
        index.y = 0;
        ++index.z;
      }
    }
  }
  for (unsigned w = 0; w < block.warps.size(); ++w) {
    block.warps[w].alive = lanes_in(w, threads);
    block.warps[w].waiting = 0;
  }
  race::start_block(block);
}

void finish(Thread& thread) {
  Block& block = *thread.block;
  if (block.at_barrier != 0) {
    fail("the thread ends while {} threads wait at the barrier at {}", block.at_barrier, block.barrier);
  }
  Warp& warp = block.warp_of(thread);
  const unsigned bit = 1U << thread.number % warp_lanes;
  if (warp.waiting != 0) {
    for (unsigned lane = 0; lane < warp_lanes; ++lane) {
      if ((warp.waiting >> lane & 1) != 0 && (warp.requests[lane].mask & bit) != 0) {
        fail("the thread ends while lane {} waits for it at {}", lane, warp.requests[lane].where);
      }
    }
  }
  warp.alive &= ~bit;
  if (--block.alive == 0) block.shared.check();
  thread.state = Thread::State::finished;
}

}  // namespace yy::cusim
