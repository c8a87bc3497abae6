// What is remembered of device and shared memory: who wrote each word or byte last, and who has read it.
#pragma once

#include <cstddef>

#include "tests/cusim/engine/block.h"

namespace yy::cusim::race {

struct Access {
  const void* address;
  std::size_t bytes;
  bool writes, atomic;
  const void* code;  // where the kernel does it
};

// Of the running thread, if there is one: checks it against what came before, and remembers it. Fails the
// launch where it races or may not be.
void check(const Access& access);

// Called after check where others may now come first.
void maybe_give_up_turn();

}  // namespace yy::cusim::race
