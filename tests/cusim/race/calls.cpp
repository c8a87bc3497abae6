// What the compiler calls in files that are compiled with -fsanitize=thread, as in GCC's libtsan.
#include <cstring>

#include "tests/cusim/race/race.h"
#include "tests/cusim/race/shadow.h"

namespace {

using yy::cusim::race::check;

// Where in the kernel the caller of the function that uses this is.
#define CUSIM_CODE __builtin_return_address(0)

}  // namespace

#define CUSIM_SIZE(bytes)                                 \
  void __tsan_read##bytes(void* at) {                     \
    check({at, bytes, false, false, CUSIM_CODE});         \
  }                                                       \
  void __tsan_write##bytes(void* at) {                    \
    check({at, bytes, true, false, CUSIM_CODE});          \
  }                                                       \
  void __tsan_unaligned_read##bytes(void* at) {           \
    check({at, bytes, false, false, CUSIM_CODE});         \
  }                                                       \
  void __tsan_unaligned_write##bytes(void* at) {          \
    check({at, bytes, true, false, CUSIM_CODE});          \
  }                                                       \
  void __tsan_volatile_read##bytes(void* at) {            \
    check({at, bytes, false, false, CUSIM_CODE});         \
  }                                                       \
  void __tsan_volatile_write##bytes(void* at) {           \
    check({at, bytes, true, false, CUSIM_CODE});          \
  }                                                       \
  void __tsan_unaligned_volatile_read##bytes(void* at) {  \
    check({at, bytes, false, false, CUSIM_CODE});         \
  }                                                       \
  void __tsan_unaligned_volatile_write##bytes(void* at) { \
    check({at, bytes, true, false, CUSIM_CODE});          \
  }

extern "C" {

CUSIM_SIZE(1)
CUSIM_SIZE(2)
CUSIM_SIZE(4)
CUSIM_SIZE(8)
CUSIM_SIZE(16)

void __tsan_read_range(void* at, std::size_t bytes) {
  check({at, bytes, false, false, CUSIM_CODE});
}
void __tsan_write_range(void* at, std::size_t bytes) {
  check({at, bytes, true, false, CUSIM_CODE});
}

// Declared in memory_calls.h under the names that kernels use.
void* yy_cusim_memcpy(void* to, const void* from, std::size_t bytes) {
  check({from, bytes, false, false, CUSIM_CODE});
  check({to, bytes, true, false, CUSIM_CODE});
  return std::memcpy(to, from, bytes);
}
void* yy_cusim_memmove(void* to, const void* from, std::size_t bytes) {
  check({from, bytes, false, false, CUSIM_CODE});
  check({to, bytes, true, false, CUSIM_CODE});
  return std::memmove(to, from, bytes);
}
void* yy_cusim_memset(void* to, int value, std::size_t bytes) {
  check({to, bytes, true, false, CUSIM_CODE});
  return std::memset(to, value, bytes);
}

void __tsan_init() {
  yy::cusim::race::enabled = true;
}
void __tsan_func_entry(void*) {}
void __tsan_func_exit(void*) {}
void __tsan_vptr_read(void*) {}
void __tsan_vptr_update(void**, void*) {}

}  // extern "C"
