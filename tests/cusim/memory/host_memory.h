// Page-locked host memory: copies from and to it run late, those of other memory do not.
#pragma once

#include <cstddef>

namespace yy::cusim {

// Filled with 0xff. Null where the host has not that much.
void* allocate_pinned(std::size_t bytes);
// False if no such allocation starts there.
bool release_pinned(void* start);

// Memory of the program that is page-locked from now on.
void register_pinned(void* start, std::size_t bytes);
bool unregister_pinned(void* start);

bool is_pinned(const void* address, std::size_t bytes);

}  // namespace yy::cusim
