// The device's memory: one range of addresses that the host cannot touch but while device work runs.
//
// Every allocation is filled with 0xff, which reads as NaN, and followed by a red zone. Red zones are
// poisoned where AddressSanitizer is on; elsewhere they hold a pattern that is checked after each kernel.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace yy::cusim {

class Arena {
 public:
  static constexpr std::size_t most_bytes = std::size_t{4} << 30;

  Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Null if the described device has not that much left.
  char* allocate(std::size_t bytes);
  // False if no allocation starts there.
  bool release(void* start);
  std::size_t allocated_bytes() const { return allocated_; }

  bool contains(const void* address) const { return offset(address) < most_bytes; }
  std::size_t offset(const void* address) const {
    return static_cast<std::size_t>(static_cast<const char*>(address) - base_);
  }
  // Whether all bytes lie in one allocation.
  bool holds(const void* address, std::size_t bytes) const;

  // "byte 12 of an allocation of 400 bytes"
  std::string describe(const void* address) const;

  // Between open and close, which nest, the memory can be read and written.
  void open();
  void close();

  // The size of an allocation behind which something was written, or 0; mends it. To be called while open.
  std::size_t find_damage();

 private:
  struct Range {
    char* start;
    std::size_t bytes;
  };
  struct Fill {
    char* start;
    std::size_t bytes;
    std::size_t red_zone;  // bytes that follow
  };

  char* take(std::size_t bytes);
  char* take_gap(std::size_t bytes);
  bool reuse_oldest();
  void protect(int access) const;  // as mprotect has it
  void fill_later(const Fill& fill);
  void write(const Fill& fill) const;

  char* base_;
  char* unused_;                       // from here on nothing was ever allocated
  std::map<char*, std::size_t> live_;  // allocations and their bytes
  std::map<char*, std::size_t> gaps_;
  std::deque<Range> released_;  // kept from reuse for some time, so that late accesses are seen
  std::size_t released_bytes_ = 0;
  std::vector<Fill> fills_;  // to be done when the memory is opened
  std::size_t allocated_ = 0;
  int openings_ = 0;
};

Arena& arena();

// Opens the arena for as long as it lives.
class OpenArena {
 public:
  OpenArena() { arena().open(); }
  ~OpenArena() { arena().close(); }
  OpenArena(const OpenArena&) = delete;
  OpenArena& operator=(const OpenArena&) = delete;
};

}  // namespace yy::cusim
