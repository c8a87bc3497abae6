// The shared memory of one block: arrays in a slot of its own, with red zones between them. A slot is kept
// for ever, as blocks are used again and again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace yy::cusim {

class SharedMemory {
 public:
  SharedMemory() = default;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  // Forgets all arrays. `dynamic_bytes` are taken by the first call of dynamic().
  void restart(std::size_t dynamic_bytes);

  // The array for this key. Fails the launch when the block's arrays are more than a block may have.
  void* array(const void* key, std::size_t bytes, std::size_t alignment, const char* name);
  void* dynamic();

  // Whether the bytes are in one of the arrays.
  bool holds(const void* address, std::size_t bytes) const;
  // "byte 12 of the shared array 'part'"
  std::string describe(const void* address) const;

  // The slots of all blocks, one behind the other.
  static bool in_any_slot(const void* address) { return offset(address) < all_slots_bytes; }
  static std::size_t offset(const void* address);

  // Checks the red zones; fails the launch where one was written to.
  void check() const;

  static constexpr std::size_t slot_bytes = std::size_t{256} << 10;
  static constexpr std::size_t all_slots_bytes =
      256 * slot_bytes;  // more blocks do not exist at the same time

 private:
  struct Array {
    const void* key;
    char* at;
    std::size_t bytes;
    const char* name;
  };
  char* take(const void* key, std::size_t bytes, std::size_t alignment, const char* name);

  char* slot_ = nullptr;
  std::size_t used_ = 0;          // of the slot, red zones included
  std::size_t static_bytes_ = 0;  // of arrays
  std::size_t dynamic_bytes_ = 0;
  char* dynamic_ = nullptr;
  std::vector<Array> arrays_;
};

}  // namespace yy::cusim
