#include "tests/cusim/engine/shared_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <sys/mman.h>

#include "tests/cusim/device/shared.h"
#include "tests/cusim/engine/asan.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/grid.h"
#include "tests/cusim/engine/limits.h"

namespace yy::cusim {
namespace {

constexpr std::size_t red_zone_bytes = 32;
constexpr int red_zone_byte = 0xa5;

char* slots() {
  static void* region = mmap(nullptr, SharedMemory::all_slots_bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(region);
}

std::size_t slots_given = 0;

}  // namespace

void SharedMemory::restart(std::size_t dynamic_bytes) {
  if (slot_ == nullptr) {
    if (slots_given == all_slots_bytes / slot_bytes) throw std::bad_alloc();
    slot_ = slots() + slots_given++ * slot_bytes;
    poison(slot_, slot_bytes);
  }
  for (const Array& array : arrays_) poison(array.at, array.bytes);
  arrays_.clear();
  used_ = static_bytes_ = 0;
  dynamic_bytes_ = dynamic_bytes;
  dynamic_ = nullptr;
}

char* SharedMemory::take(const void* key, std::size_t bytes, std::size_t alignment, const char* name) {
  const std::size_t step = std::max<std::size_t>(alignment, 16);
  const std::size_t start = (used_ + red_zone_bytes + step - 1) / step * step;
  if (!has_asan) std::memset(slot_ + used_, red_zone_byte, start - used_);
  char* at = slot_ + start;
  unpoison(at, bytes);
  std::memset(at, 0xff, bytes);
  used_ = start + bytes;
  if (!has_asan) std::memset(slot_ + used_, red_zone_byte, red_zone_bytes);
  arrays_.push_back({key, at, bytes, name});
  return at;
}

void* SharedMemory::array(const void* key, std::size_t bytes, std::size_t alignment, const char* name) {
  for (const Array& known : arrays_) {
    if (known.key == key) return known.at;
  }
  static_bytes_ += bytes;
  const std::size_t most =
      dynamic_bytes_ > default_shared_bytes ? opt_in_shared_bytes() : default_shared_bytes;
  if (static_bytes_ > default_shared_bytes || static_bytes_ + dynamic_bytes_ > most) {
    fail("with the array '{}' the block has {} bytes of static and {} of dynamic shared memory, of {}", name,
         static_bytes_, dynamic_bytes_, most);
  }
  return take(key, bytes, alignment, name);
}

void* SharedMemory::dynamic() {
  if (dynamic_ == nullptr) dynamic_ = take(nullptr, dynamic_bytes_, 16, "the dynamic one");
  return dynamic_;
}

std::size_t SharedMemory::offset(const void* address) {
  return static_cast<std::size_t>(static_cast<const char*>(address) - slots());
}

bool SharedMemory::holds(const void* address, std::size_t bytes) const {
  const auto* first = static_cast<const char*>(address);
  return std::any_of(arrays_.begin(), arrays_.end(), [&](const Array& array) {
    return first >= array.at && first + bytes <= array.at + array.bytes;
  });
}

std::string SharedMemory::describe(const void* address) const {
  const auto* first = static_cast<const char*>(address);
  if (!in_any_slot(address)) return "an address that is not the device's";
  if (offset(first) / slot_bytes != offset(slot_) / slot_bytes) return "another block's shared memory";
  const Array* last = nullptr;
  for (const Array& array : arrays_) {
    if (array.at <= first) last = &array;
  }
  if (last == nullptr) return "memory in front of all shared arrays";
  const char* where = first < last->at + last->bytes ? "of" : "counted from the start of";
  return fmt::format("byte {} {} the shared array '{}' ({} bytes)", first - last->at, where, last->name,
                     last->bytes);
}

void SharedMemory::check() const {
  if (has_asan) return;
  const auto intact = [](const char* at) {
    return std::all_of(at, at + red_zone_bytes,
                       [](char byte) { return static_cast<unsigned char>(byte) == red_zone_byte; });
  };
  for (const Array& array : arrays_) {
    const bool before = intact(array.at - red_zone_bytes), after = intact(array.at + array.bytes);
    if (before && after) continue;
    fail("the block wrote {} the {} bytes of the shared array '{}'", before ? "behind" : "in front of",
         array.bytes, array.name);
  }
}

void* shared_array(const void* key, std::size_t bytes, std::size_t alignment, const char* name) {
  const EngineCall in_engine;
  return running_thread()->block->shared.array(key, bytes, alignment, name);
}

void* dynamic_shared() {
  const EngineCall in_engine;
  return running_thread()->block->shared.dynamic();
}

}  // namespace yy::cusim
