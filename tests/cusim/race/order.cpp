#include "tests/cusim/race/order.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "tests/cusim/engine/grid.h"

namespace yy::cusim::race {

// The releases that threads have made by atomic operations on one word. A thread that comes to the word later
// knows all before.
struct ReleaseLog {
  std::vector<Release> releases;
};

namespace {

// Of the launch that runs.
std::unordered_map<const void*, ReleaseLog> logs;
unsigned launch_of_logs = 0;

Clock& clock_of(const Thread& thread) {
  return thread.block->race.threads[thread.number];
}

void learn(Knowledge& knowledge, Known more) {
  for (Known& known : knowledge) {
    if (known.log != more.log) continue;
    known.count = std::max(known.count, more.count);
    return;
  }
  knowledge.push_back(more);
}

// Calls `covers(release)` for all releases that follow from the knowledge until one is true.
template <class Covers>
bool any_release(const Knowledge& knowledge, Covers covers) {
  Knowledge open = knowledge, done;
  while (!open.empty()) {
    const Known known = open.back();
    open.pop_back();
    const auto seen =
        std::find_if(done.begin(), done.end(), [&](const Known& one) { return one.log == known.log; });
    const std::size_t from = seen == done.end() ? 0 : seen->count;
    if (from >= known.count) continue;
    learn(done, known);
    for (std::size_t i = from; i < known.count; ++i) {
      const Release& release = known.log->releases[i];
      if (covers(release)) return true;
      open.insert(open.end(), release.knowledge.begin(), release.knowledge.end());
    }
  }
  return false;
}

template <class Covers>
bool is_known(const Thread& now, Covers covers) {
  return any_release(clock_of(now).knowledge, covers) || any_release(now.block->race.knowledge, covers);
}

bool covers_lane(const Release& release, const Stamp& access, std::uint32_t lane) {
  const std::uint32_t thread = access.thread / warp_lanes * warp_lanes + lane;
  if (release.block != access.block) return false;
  if (access.barriers < release.barriers) return true;
  if (release.thread == thread) return access.fences < release.fences;
  return release.thread / warp_lanes == thread / warp_lanes && access.epoch <= release.lanes[lane];
}

}  // namespace

Stamp stamp_of(const Thread& thread) {
  const Clock& clock = clock_of(thread);
  return {running_launch_number(), thread.block->number, thread.number,
          thread.block->barriers,  clock.epoch,          clock.fences};
}

bool is_before(const Stamp& access, const Thread& now) {
  return are_lanes_before(access, 1U << access.thread % warp_lanes, now);
}

bool are_lanes_before(const Stamp& access, std::uint32_t lanes, const Thread& now) {
  if (access.launch != running_launch_number()) return true;
  const bool same_block = access.block == now.block->number;
  if (same_block && access.barriers < now.block->barriers) return true;
  const bool same_warp = same_block && access.thread / warp_lanes == now.number / warp_lanes;
  for (std::uint32_t rest = lanes; rest != 0; rest &= rest - 1) {
    const auto lane = static_cast<std::uint32_t>(std::countr_zero(rest));
    if (same_warp && (lane == now.number % warp_lanes || access.epoch <= clock_of(now).lanes[lane])) continue;
    if (!is_known(now, [&](const Release& release) { return covers_lane(release, access, lane); }))
      return false;
  }
  return true;
}

bool is_block_before(const Stamp& access, const Thread& now) {
  if (access.launch != running_launch_number()) return true;
  if (access.block == now.block->number && access.barriers < now.block->barriers) return true;
  return is_known(now, [&](const Release& release) {
    return release.block == access.block && access.barriers < release.barriers;
  });
}

void meet_at(const void* word, Thread& thread) {
  if (launch_of_logs != running_launch_number()) logs.clear();
  launch_of_logs = running_launch_number();
  Clock& clock = clock_of(thread);
  ReleaseLog& log = logs[word];
  learn(clock.knowledge, {&log, log.releases.size()});
  if (clock.fences == 0 || (clock.released_to == &log && clock.released == clock.fences)) return;
  log.releases.push_back(clock.fence);
  clock.released_to = &log;
  clock.released = clock.fences;
}

void start_block(Block& block) {
  if (!enabled) return;
  block.race.threads.assign(block.threads.size(), {});
  block.race.warps.assign(block.warps.size(), 1);
  block.race.knowledge.clear();
}

void pass_barrier(Block& block) {
  if (!enabled) return;
  for (Clock& clock : block.race.threads) {
    for (const Known& known : clock.knowledge) learn(block.race.knowledge, known);
    clock.knowledge.clear();
  }
}

void synchronize_lanes(Block& block, unsigned warp, unsigned mask) {
  if (!enabled) return;
  const std::uint32_t epoch = block.race.warps[warp]++;  // no lane is beyond it
  Knowledge together;
  for (unsigned lane = 0; lane < warp_lanes; ++lane) {
    if ((mask >> lane & 1) == 0) continue;
    for (const Known& known : block.race.threads[warp * warp_lanes + lane].knowledge) learn(together, known);
  }
  LaneEpochs lanes = {};
  for (unsigned lane = 0; lane < warp_lanes; ++lane) {
    if ((mask >> lane & 1) == 0) continue;
    const Clock& clock = block.race.threads[warp * warp_lanes + lane];
    for (unsigned other = 0; other < warp_lanes; ++other)
      lanes[other] = std::max(lanes[other], clock.lanes[other]);
  }
  for (unsigned lane = 0; lane < warp_lanes; ++lane) {
    if ((mask >> lane & 1) != 0) lanes[lane] = epoch;
  }
  for (unsigned lane = 0; lane < warp_lanes; ++lane) {
    if ((mask >> lane & 1) == 0) continue;
    Clock& clock = block.race.threads[warp * warp_lanes + lane];
    clock.lanes = lanes;
    clock.epoch = epoch + 1;
    clock.knowledge = together;
  }
}

void fence() {
  if (!enabled) return;
  const Thread& thread = *running_thread();
  Clock& clock = clock_of(thread);
  ++clock.fences;
  clock.fence = {thread.block->number, thread.number, thread.block->barriers,
                 clock.fences,         clock.lanes,   clock.knowledge};
  for (const Known& known : thread.block->race.knowledge) learn(clock.fence.knowledge, known);
}

}  // namespace yy::cusim::race
