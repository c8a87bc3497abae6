// Empties a device's caches between two repeats of a kernel.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "runtime/backend.h"

namespace yy {

// An elementwise kernel that reads and writes 256 MiB of its own, twice what the largest GPU's L2 holds
// today. Immutable once made; the backend has to outlive it.
class CacheFlush {
 public:
  explicit CacheFlush(const Backend& backend);  // throws Error (device)

  std::span<const Launch> launches() const { return launches_; }
  static constexpr std::size_t bytes_moved = std::size_t{512} << 20;

 private:
  std::array<Buffer, 2> buffers_;
  std::array<Launch, 1> launches_;
};

}  // namespace yy
