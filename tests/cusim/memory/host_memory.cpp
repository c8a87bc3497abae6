#include "tests/cusim/memory/host_memory.h"

#include <cstdlib>
#include <cstring>
#include <map>

namespace yy::cusim {
namespace {

struct Pinned {
  std::size_t bytes;
  bool owned;
};

std::map<const char*, Pinned>& pinned() {
  static auto& ranges = *new std::map<const char*, Pinned>;  // also for what is destroyed at exit
  return ranges;
}

bool forget(void* start, bool owned) {
  const auto at = pinned().find(static_cast<char*>(start));
  if (at == pinned().end() || at->second.owned != owned) return false;
  pinned().erase(at);
  return true;
}

}  // namespace

void* allocate_pinned(std::size_t bytes) {
  void* start = nullptr;
  if (posix_memalign(&start, 256, bytes) != 0) return nullptr;
  std::memset(start, 0xff, bytes);
  pinned()[static_cast<char*>(start)] = {bytes, true};
  return start;
}

bool release_pinned(void* start) {
  if (!forget(start, true)) return false;
  std::free(start);
  return true;
}

void register_pinned(void* start, std::size_t bytes) {
  pinned()[static_cast<char*>(start)] = {bytes, false};
}

bool unregister_pinned(void* start) {
  return forget(start, false);
}

bool is_pinned(const void* address, std::size_t bytes) {
  const auto* first = static_cast<const char*>(address);
  auto after = pinned().upper_bound(first);
  if (after == pinned().begin()) return false;
  const auto& [start, range] = *--after;
  return first + bytes <= start + range.bytes;
}

}  // namespace yy::cusim
