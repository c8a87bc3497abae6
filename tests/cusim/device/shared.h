// Shared memory of the running block, and what a waiting thread calls.
#pragma once

#include <cstddef>

#include "tests/cusim/device/place.h"

namespace yy::cusim {

// The block's array at the place in the program that `key` stands for; filled with 0xff at first.
void* shared_array(const void* key, std::size_t bytes, std::size_t alignment, const char* name);

void* dynamic_shared();

void spin_pause(Place where = Place::current());

}  // namespace yy::cusim

inline void __nanosleep(unsigned, yy::cusim::Place where = yy::cusim::Place::current()) {
  yy::cusim::spin_pause(where);
}
