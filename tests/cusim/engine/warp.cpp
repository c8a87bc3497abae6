// __syncwarp, votes and shuffles: each lane leaves its request; the last of the mask works out all answers.
#include <fmt/format.h>

#include "tests/cusim/device/synchronize.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/grid.h"
#include "tests/cusim/engine/same_place.h"
#include "tests/cusim/engine/settings.h"

namespace yy::cusim {
namespace {

void check_mask(const Warp& warp, unsigned lane, unsigned mask, Place where) {
  if ((mask >> lane & 1) == 0) {
    fail("the mask {:08x} at {} leaves out lane {}, which calls", mask, where, lane);
  }
  if ((mask & ~warp.alive) != 0) {
    fail("the mask {:08x} at {} names lanes {:08x}, which do not exist or have ended", mask, where,
         mask & ~warp.alive);
  }
}

// All lanes of the mask wait: do they mean the same call?
void check_agreement(const Warp& warp, const WarpRequest& mine) {
  for (unsigned lane = 0; lane < warp_lanes; ++lane) {
    if ((mine.mask >> lane & 1) == 0) continue;
    const WarpRequest& other = warp.requests[lane];
    if (!same_place(other.where, mine.where)) {
      fail("divergent warp: lane {} is at {}, this thread at {}", lane, other.where, mine.where);
    }
    if (other.mask != mine.mask || other.call != mine.call || other.width != mine.width) {
      fail("at {} lane {} has the mask {:08x} and width {}, this thread {:08x} and {}", mine.where, lane,
           other.mask, other.width, mine.mask, mine.width);
    }
  }
}

// The lane that `lane` reads from; itself where the source lies outside its group of `width` lanes.
int source_lane(const WarpRequest& request, int lane) {
  const int group = lane & ~(request.width - 1);
  switch (request.call) {
    case WarpCall::shuffle:
      return group | (request.argument & (request.width - 1));
    case WarpCall::shuffle_up:
      return lane - request.argument >= group ? lane - request.argument : lane;
    case WarpCall::shuffle_down:
      return lane + request.argument < group + request.width ? lane + request.argument : lane;
    default: {
      const int source = lane ^ request.argument;
      return source < group + request.width ? source : lane;
    }
  }
}

std::uint64_t shuffled(const Warp& warp, int lane) {
  const WarpRequest& request = warp.requests[static_cast<unsigned>(lane)];
  const int source = source_lane(request, lane);
  if (source < 0 || source >= static_cast<int>(warp_lanes) || (request.mask >> source & 1) == 0) {
    fail("at {} lane {} reads from lane {}, which is not in the mask {:08x}", request.where, lane, source,
         request.mask);
  }
  return warp.requests[static_cast<unsigned>(source)].value;
}

std::uint64_t ballot(const Warp& warp, unsigned mask) {
  std::uint64_t votes = 0;
  for (unsigned lane = 0; lane < warp_lanes; ++lane) {
    if ((mask >> lane & 1) != 0 && warp.requests[lane].value != 0) votes |= std::uint64_t{1} << lane;
  }
  return votes;
}

void answer(Block& block, unsigned first_thread, const Warp& warp, unsigned mask, WarpCall call) {
  const std::uint64_t votes = call == WarpCall::ballot ? ballot(warp, mask) : 0;
  for (unsigned lane = 0; lane < warp_lanes; ++lane) {
    if ((mask >> lane & 1) == 0) continue;
    const bool shuffles = call != WarpCall::ballot && call != WarpCall::sync;
    block.threads[first_thread + lane].result = shuffles ? shuffled(warp, static_cast<int>(lane)) : votes;
  }
}

}  // namespace

std::uint64_t warp_call(WarpCall call, unsigned mask, std::uint64_t value, int argument, int width,
                        Place where) {
  const EngineCall in_engine;
  Thread& self = *running_thread();
  Block& block = *self.block;
  Warp& warp = block.warp_of(self);
  const unsigned lane = self.number % warp_lanes;
  check_mask(warp, lane, mask, where);
  if (width < 1 || width > 32 || (width & (width - 1)) != 0) {
    fail("the width {} at {} is not 1, 2, 4, 8, 16 or 32", width, where);
  }
  warp.requests[lane] = {call, mask, argument, width, value, where};
  warp.waiting |= 1U << lane;
  if ((warp.waiting & mask) != mask) {
    wait_in(Thread::State::in_warp_call, where);
    return self.result;
  }
  check_agreement(warp, warp.requests[lane]);
  const unsigned first_thread = self.number - lane;
  answer(block, first_thread, warp, mask, call);
  if (call == WarpCall::sync) race::synchronize_lanes(block, self.number / warp_lanes, mask);
  warp.waiting &= ~mask;
  const auto order = settings().schedule.order;
  for (unsigned i = 0; i < warp_lanes; ++i) {
    const unsigned other = order == Schedule::Order::reverse ? warp_lanes - 1 - i : i;
    if ((mask >> other & 1) != 0 && other != lane) make_ready(block.threads[first_thread + other]);
  }
  if (order != Schedule::Order::forward) give_up_turn();
  return self.result;
}

}  // namespace yy::cusim
