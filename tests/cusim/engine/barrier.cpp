// __syncthreads and its votes.
#include <fmt/format.h>

#include "tests/cusim/device/synchronize.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/grid.h"
#include "tests/cusim/engine/same_place.h"
#include "tests/cusim/engine/settings.h"

namespace yy::cusim {
namespace {

void check_arrival(const Block& block, Place where) {
  if (block.at_barrier != 0 && !same_place(block.barrier, where)) {
    fail("divergent barrier: arrives at {} while {} threads of the block wait at {}", where, block.at_barrier,
         block.barrier);
  }
  if (block.alive != block.threads.size()) {
    fail("arrives at the barrier at {} after {} threads of the block have ended", where,
         block.threads.size() - block.alive);
  }
}

int result_of(const Block& block) {
  switch (block.vote) {
    case BlockVote::none:
      return 0;
    case BlockVote::count:
      return block.votes;
    case BlockVote::all:
      return block.votes == static_cast<int>(block.alive);
    case BlockVote::any:
      return block.votes != 0;
  }
  return 0;
}

}  // namespace

int block_barrier(BlockVote vote, int mine, Place where) {
  const EngineCall in_engine;
  Thread& self = *running_thread();
  Block& block = *self.block;
  check_arrival(block, where);
  if (block.at_barrier == 0) block.votes = 0;
  block.barrier = where;
  block.vote = vote;
  block.votes += mine != 0;
  if (++block.at_barrier < block.alive) {
    wait_in(Thread::State::at_barrier, where);
    return static_cast<int>(self.result);
  }
  const auto order = settings().schedule.order;
  const int result = result_of(block);
  block.at_barrier = 0;
  ++block.barriers;
  race::pass_barrier(block);
  for_threads(block, order == Schedule::Order::reverse, [&](Thread& thread) {
    thread.result = static_cast<std::uint64_t>(result);
    if (&thread != &self) make_ready(thread);
  });
  if (order != Schedule::Order::forward) give_up_turn();
  return result;
}

}  // namespace yy::cusim
