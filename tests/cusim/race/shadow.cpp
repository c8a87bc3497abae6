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

// Of a word or a byte. All zero: not touched by any launch.
struct Cell {
  Stamp write, read;
  const void *write_code, *read_code;  // where the kernel did it
  std::uint32_t lanes;                 // that have read, if they are of one warp
  std::uint32_t split;                 // of a word: the launch in which its bytes have cells of their own
  bool was_written, was_read;
  bool write_atomic;
  Readers readers;
};

// Threads that work on bytes of one word are no rivals. So a word has one cell until a kernel touches part of
// it, which few do; from then on, in that launch, each of its bytes has one.
struct Cells {
  Cell *words, *bytes;
};

Cell* map_cells(std::size_t count) {
  void* cells = mmap(nullptr, count * sizeof(Cell), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (cells == MAP_FAILED) throw std::bad_alloc();
  return static_cast<Cell*>(cells);
}

Cells cells_for(std::size_t bytes) {
  return {map_cells(bytes / word_bytes), map_cells(bytes)};
}

const Cells& arena_cells() {
  static const Cells cells = cells_for(Arena::most_bytes);
  return cells;
}

const Cells& shared_cells() {
  static const Cells cells = cells_for(SharedMemory::all_slots_bytes);
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

void remember_read(Cell& cell, const Stamp& stamp, const Thread& now) {
  const std::uint32_t lane = 1U << stamp.thread % warp_lanes;
  if (!cell.was_read || is_read_before(cell, now)) {
    cell.readers = Readers::lanes;
    cell.lanes = lane;
  } else if (cell.readers == Readers::blocks || cell.read.block != stamp.block) {
    cell.readers = Readers::blocks;
  } else if (cell.readers == Readers::block || cell.read.thread / warp_lanes != stamp.thread / warp_lanes) {
    cell.readers = Readers::block;
  } else {
    cell.lanes |= lane;
  }
  cell.was_read = true;
  cell.read = stamp;
}

void check_cell(Cell& cell, const Access& access, const Stamp& stamp, const Thread& now) {
  const bool both_atomic = cell.write_atomic && access.atomic;
  if (cell.was_written && !both_atomic && !is_before(cell.write, now)) {
    fail_race(access, cell.write, cell.write_code, cell.write_atomic ? "wrote atomically" : "wrote");
  }
  if (!access.writes) {
    remember_read(cell, stamp, now);
    cell.read_code = access.code;
    return;
  }
  if (cell.was_read && !is_read_before(cell, now)) fail_race(access, cell.read, cell.read_code, "read");
  cell.write = stamp;
  cell.write_code = access.code;
  cell.was_written = true;
  cell.write_atomic = access.atomic;
}

// A block's shared memory lay in an earlier block's slot: that one's accesses are none to it.
void forget_other_blocks(Cell& cell, std::uint32_t block) {
  if (cell.write.block != block) cell.was_written = false;
  if (cell.read.block != block) cell.was_read = false;
}

// The cells of the memory that the access is to, and the byte there, or null for constants, which are not
// watched. Fails where a kernel may not go.
const Cells* find_cells(const Access& access, Thread& thread, std::size_t& offset) {
  if (arena().contains(access.address)) {
    if (!arena().holds(access.address, access.bytes)) fail_access(access);
    offset = arena().offset(access.address);
    return &arena_cells();
  }
  if (SharedMemory::in_any_slot(access.address)) {
    if (!thread.block->shared.holds(access.address, access.bytes)) fail_access(access);
    offset = SharedMemory::offset(access.address);
    return &shared_cells();
  }
  if (access.writes || !is_in_program(access.address, access.bytes)) fail_access(access);
  return nullptr;
}

void split(const Cells& cells, std::size_t word, std::uint32_t launch) {
  std::fill_n(cells.bytes + word * word_bytes, word_bytes, cells.words[word]);
  cells.words[word].split = launch;
}

}  // namespace

void check(const Access& access) {
  Thread* thread = running_thread();
  if (thread == nullptr || thread->in_engine || access.bytes == 0 || thread->fiber.holds(access.address))
    return;
  const EngineCall in_engine;
  std::size_t offset = 0;
  const Cells* cells = find_cells(access, *thread, offset);
  if (cells == nullptr) return;
  const Stamp stamp = stamp_of(*thread);
  const auto check_one = [&](Cell& cell) {
    if (cells == &shared_cells()) forget_other_blocks(cell, stamp.block);
    check_cell(cell, access, stamp, *thread);
  };
  const std::size_t end = offset + access.bytes;
  while (offset < end) {
    const std::size_t count = std::min(word_bytes - offset % word_bytes, end - offset);
    Cell& word = cells->words[offset / word_bytes];
    if (count == word_bytes && word.split != stamp.launch) {
      check_one(word);
    } else {
      if (word.split != stamp.launch) split(*cells, offset / word_bytes, stamp.launch);
      for (std::size_t i = 0; i < count; ++i) check_one(cells->bytes[offset + i]);
    }
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
