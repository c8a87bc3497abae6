// Which accesses come before others.
#pragma once

#include <cstdint>

#include "tests/cusim/engine/block.h"

namespace yy::cusim::race {

// When and by whom an access was made.
struct Stamp {
  std::uint32_t launch = 0;
  std::uint32_t block = 0, thread = 0;
  std::uint32_t barriers = 0, epoch = 0, fences = 0;  // of the thread at that time
};

Stamp stamp_of(const Thread& thread);

// Whether the access comes before whatever the running thread does now.
bool is_before(const Stamp& access, const Thread& now);
// The same for an access at that time by each of these lanes of the stamp's warp, or by any thread of its
// block.
bool are_lanes_before(const Stamp& access, std::uint32_t lanes, const Thread& now);
bool is_block_before(const Stamp& access, const Thread& now);

// The thread has read and written the word atomically.
void meet_at(const void* word, Thread& thread);

}  // namespace yy::cusim::race
