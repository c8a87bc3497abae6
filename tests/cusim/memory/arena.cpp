#include "tests/cusim/memory/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <sys/mman.h>

#include "tests/cusim/engine/asan.h"
#include "tests/cusim/engine/settings.h"

namespace yy::cusim {
namespace {

constexpr std::size_t alignment = 256;
constexpr std::size_t least_red_zone = 64;
constexpr int red_zone_byte = 0xa5;
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t most_released = std::size_t{16} << 20;

// Of an allocation with its red zone.
std::size_t whole(std::size_t bytes) {
  return (bytes + least_red_zone + alignment - 1) / alignment * alignment;
}

bool is_intact(const char* red_zone, std::size_t bytes) {
  static const std::vector<char> whole_zone(least_red_zone + alignment, static_cast<char>(red_zone_byte));
  return std::memcmp(red_zone, whole_zone.data(), bytes) == 0;
}

}  // namespace

// In huge pages, where there are any: then opening and closing costs a few microseconds, however much was
// used.
Arena::Arena() {
  void* region =
      mmap(nullptr, most_bytes + huge_page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) throw std::bad_alloc();
  const auto address = reinterpret_cast<std::uintptr_t>(region);
  base_ = unused_ = static_cast<char*>(region) + (huge_page - address % huge_page) % huge_page;
  madvise(base_, most_bytes, MADV_HUGEPAGE);
}

void Arena::protect(int access) const {
  const std::size_t used = (offset(unused_) + huge_page - 1) / huge_page * huge_page;
  if (used != 0) mprotect(base_, used, access);
}

char* Arena::take_gap(std::size_t bytes) {
  const auto gap = std::find_if(gaps_.begin(), gaps_.end(), [&](auto& one) { return one.second >= bytes; });
  if (gap == gaps_.end()) return nullptr;
  char* start = gap->first;
  const std::size_t left = gap->second - bytes;
  gaps_.erase(gap);
  if (left != 0) gaps_[start + bytes] = left;
  return start;
}

// Turns the memory that was released first into a gap, together with the gaps beside it.
bool Arena::reuse_oldest() {
  if (released_.empty()) return false;
  Range range = released_.front();
  released_.pop_front();
  released_bytes_ -= range.bytes;
  auto next = gaps_.lower_bound(range.start);
  if (next != gaps_.end() && next->first == range.start + range.bytes) {
    range.bytes += next->second;
    next = gaps_.erase(next);
  }
  if (next != gaps_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second == range.start) {
      before->second += range.bytes;
      return true;
    }
  }
  gaps_[range.start] = range.bytes;
  return true;
}

char* Arena::take(std::size_t bytes) {
  char* start = take_gap(bytes);
  if (start != nullptr) return start;
  if (bytes <= most_bytes - offset(unused_)) {
    start = unused_;
    unused_ += bytes;
    if (openings_ != 0) protect(PROT_READ | PROT_WRITE);
    return start;
  }
  while (start == nullptr && reuse_oldest()) start = take_gap(bytes);
  return start;
}

char* Arena::allocate(std::size_t bytes) {
  const std::size_t limit = std::min(most_bytes, settings().machine.memory_bytes);
  if (bytes > limit || allocated_ > limit - bytes) return nullptr;
  char* start = take(whole(bytes));
  if (start == nullptr) return nullptr;
  live_[start] = bytes;
  allocated_ += bytes;
  const std::size_t red_zone = whole(bytes) - bytes;
  unpoison(start, bytes);
  poison(start + bytes, red_zone);
  fill_later({start, bytes, red_zone});
  return start;
}

bool Arena::release(void* start) {
  const auto at = live_.find(static_cast<char*>(start));
  if (at == live_.end()) return false;
  const Range range = {at->first, whole(at->second)};
  allocated_ -= at->second;
  live_.erase(at);
  poison(range.start, range.bytes);
  if (!has_asan) fill_later({range.start, range.bytes, 0});
  released_.push_back(range);
  released_bytes_ += range.bytes;
  while (released_bytes_ > most_released) reuse_oldest();
  return true;
}

bool Arena::holds(const void* address, std::size_t bytes) const {
  const auto* first = static_cast<const char*>(address);
  const auto after = live_.upper_bound(const_cast<char*>(first));
  if (after == live_.begin()) return false;
  const auto& [start, size] = *std::prev(after);
  return static_cast<std::size_t>(first - start) <= size &&
         bytes <= size - static_cast<std::size_t>(first - start);
}

void Arena::fill_later(const Fill& fill) {
  if (openings_ != 0) return write(fill);
  const char* end = fill.start + fill.bytes + fill.red_zone;
  std::erase_if(fills_, [&](const Fill& old) {  // which this one covers
    return old.start >= fill.start && old.start + old.bytes + old.red_zone <= end;
  });
  fills_.push_back(fill);
}

std::string Arena::describe(const void* address) const {
  auto* first = static_cast<char*>(const_cast<void*>(address));
  const auto after = live_.upper_bound(first);
  if (after == live_.begin()) return "an address that is not allocated";
  const auto& [start, size] = *std::prev(after);
  const auto at = static_cast<std::size_t>(first - start);
  if (at < size) return fmt::format("byte {} of an allocation of {} bytes", at, size);
  if (at >= whole(size)) return "an address that is not allocated";
  return fmt::format("an address {} bytes behind an allocation of {} bytes", at - size, size);
}

void Arena::write(const Fill& fill) const {
  if (has_asan) {
    const auto live = live_.find(fill.start);
    if (live == live_.end() || live->second != fill.bytes) return;  // released in the meantime
    std::memset(fill.start, 0xff, fill.bytes);
    return;
  }
  std::memset(fill.start, 0xff, fill.bytes);
  std::memset(fill.start + fill.bytes, red_zone_byte, fill.red_zone);
}

void Arena::open() {
  if (openings_++ != 0) return;
  protect(PROT_READ | PROT_WRITE);
  for (const Fill& fill : fills_) write(fill);
  fills_.clear();
}

void Arena::close() {
  if (--openings_ == 0) protect(PROT_NONE);
}

std::size_t Arena::find_damage() {
  if (has_asan) return 0;
  for (const auto& [start, bytes] : live_) {
    const std::size_t red_zone = whole(bytes) - bytes;
    if (is_intact(start + bytes, red_zone)) continue;
    std::memset(start + bytes, red_zone_byte, red_zone);
    return bytes;
  }
  return 0;
}

Arena& arena() {
  static Arena& the_arena = *new Arena;  // also for what is destroyed at exit
  return the_arena;
}

}  // namespace yy::cusim
