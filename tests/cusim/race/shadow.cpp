#include "tests/cusim/race/shadow.h"

#include <algorithm>
#include <fmt/format.h>
#include <new>
#include <sys/mman.h>

#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/grid.h"
#include "tests/cusim/engine/settings.h"
#include "tests/cusim/memory/arena.h"
#include "tests/cusim/race/order.h"
#include "tests/cusim/race/program.h"

namespace yy::cusim::race {
namespace {

constexpr std::size_t word_bytes = 4;

enum class Readers : std::uint8_t { lanes, block, blocks };

// All zero: not touched by any launch.
struct Cell {
  Stamp write, read;
  const void *write_code, *read_code;    // where the kernel did it
  std::uint32_t lanes;                   // that have read, if they are of one warp
  std::uint8_t write_bytes, read_bytes;  // a bit for each of the word
  bool write_atomic;
  Readers readers;
};

Cell* map_cells(std::size_t bytes) {
  void* cells = mmap(nullptr, bytes / word_bytes * sizeof(Cell), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (cells == MAP_FAILED) throw std::bad_alloc();
  return static_cast<Cell*>(cells);
}

Cell* arena_cells() {
  static Cell* cells = map_cells(Arena::most_bytes);
  return cells;
}

Cell* shared_cells() {
  static Cell* cells = map_cells(SharedMemory::all_slots_bytes);
  return cells;
}

std::string text_of(const Access& access) {
  return fmt::format(
      "{}: {} {} bytes at {}", line_of(access.code), access.writes ? "writes" : "reads", access.bytes,
      arena().contains(access.address) ? arena().describe(access.address)
                                       : running_thread()->block->shared.describe(access.address));
}

[[noreturn]] void fail_race(const Access& access, const Stamp& other, const void* code, const char* did) {
  end_launch(cudaErrorLaunchFailure,
             fmt::format("race: {}, which thread {} of block {} {} at {} before; nothing orders the two",
                         text_of(access), other.thread, other.block, did, line_of(code)));
}

[[noreturn]] void fail_access(const Access& access) {
  end_launch(cudaErrorIllegalAddress, text_of(access) + ", which it may not");
}

bool is_read_before(const Cell& cell, const Thread& now) {
  switch (cell.readers) {
    case Readers::lanes:
      return are_lanes_before(cell.read, cell.lanes, now);
    case Readers::block:
      return is_block_before(cell.read, now);
    case Readers::blocks:
      return cell.read.launch != running_launch_number();
  }
  return true;
}

void remember_read(Cell& cell, const Stamp& stamp, std::uint8_t bytes, const Thread& now) {
  const std::uint32_t lane = 1U << stamp.thread % warp_lanes;
  if (is_read_before(cell, now)) {
    cell.readers = Readers::lanes;
    cell.lanes = lane;
    cell.read_bytes = bytes;
  } else if (cell.readers == Readers::blocks || cell.read.block != stamp.block) {
    cell.readers = Readers::blocks;
    cell.read_bytes |= bytes;
  } else if (cell.readers == Readers::block || cell.read.thread / warp_lanes != stamp.thread / warp_lanes) {
    cell.readers = Readers::block;
    cell.read_bytes |= bytes;
  } else {
    cell.lanes |= lane;
    cell.read_bytes |= bytes;
  }
  cell.read = stamp;
}

void check_word(Cell& cell, std::uint8_t bytes, const Access& access, const Stamp& stamp, const Thread& now) {
  const bool both_atomic = cell.write_atomic && access.atomic;
  if ((cell.write_bytes & bytes) != 0 && !both_atomic && !is_before(cell.write, now)) {
    fail_race(access, cell.write, cell.write_code, cell.write_atomic ? "wrote atomically" : "wrote");
  }
  if (!access.writes) {
    remember_read(cell, stamp, bytes, now);
    cell.read_code = access.code;
    return;
  }
  if ((cell.read_bytes & bytes) != 0 && !is_read_before(cell, now))
    fail_race(access, cell.read, cell.read_code, "read");
  cell.write = stamp;
  cell.write_code = access.code;
  cell.write_bytes = bytes;
  cell.write_atomic = access.atomic;
}

// A block's shared memory lay in an earlier block's slot: that one's accesses are none to it.
void forget_other_blocks(Cell& cell, std::uint32_t block) {
  if (cell.write.block != block) cell.write_bytes = 0;
  if (cell.read.block != block) cell.read.launch = cell.read_bytes = 0;
}

// The cell and byte where the access starts, or null for constants, which are not watched. Fails where a
// kernel may not go.
Cell* find_cells(const Access& access, Thread& thread, std::size_t& offset) {
  if (arena().contains(access.address)) {
    if (!arena().holds(access.address, access.bytes)) fail_access(access);
    offset = arena().offset(access.address);
    return arena_cells();
  }
  if (SharedMemory::in_any_slot(access.address)) {
    if (!thread.block->shared.holds(access.address, access.bytes)) fail_access(access);
    offset = SharedMemory::offset(access.address);
    return shared_cells();
  }
  if (access.writes || !is_in_program(access.address, access.bytes)) fail_access(access);
  return nullptr;
}

}  // namespace

void check(const Access& access) {
  Thread* thread = running_thread();
  if (thread == nullptr || thread->in_engine || access.bytes == 0 || thread->fiber.holds(access.address))
    return;
  const EngineCall in_engine;
  std::size_t offset = 0;
  Cell* cells = find_cells(access, *thread, offset);
  if (cells == nullptr) return;
  const bool shared = cells == shared_cells();
  const Stamp stamp = stamp_of(*thread);
  const std::size_t end = offset + access.bytes;
  while (offset < end) {
    const std::size_t first = offset % word_bytes;
    const std::size_t count = std::min(word_bytes - first, end - offset);
    const auto bytes = static_cast<std::uint8_t>(((1U << count) - 1) << first);
    Cell& cell = cells[offset / word_bytes];
    if (shared) forget_other_blocks(cell, stamp.block);
    check_word(cell, bytes, access, stamp, *thread);
    offset += count;
  }
  maybe_give_up_turn();
}

void maybe_give_up_turn() {
  const double often = settings().schedule.preemption;
  if (often > 0 && static_cast<double>(settings().random()) < often * 0x1p32) give_up_turn();
}

AtomicAccess::AtomicAccess(const void* address, std::size_t bytes, const void* code) {
  if (!enabled) return;
  Thread& thread = *running_thread();
  thread.in_engine = false;
  check({address, bytes, true, true, code});
  thread.in_engine = true;
  meet_at(address, thread);
}

AtomicAccess::~AtomicAccess() {
  if (!enabled) return;
  maybe_give_up_turn();
}

}  // namespace yy::cusim::race
