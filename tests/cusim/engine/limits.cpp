#include "tests/cusim/engine/limits.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <map>

#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/settings.h"

namespace yy::cusim {
namespace {

std::map<const void*, std::size_t>& allowed_dynamic() {
  static std::map<const void*, std::size_t> allowed;
  return allowed;
}

std::string text_of(dim3 size) {
  return fmt::format("{} x {} x {}", size.x, size.y, size.z);
}

cudaError_t refuse(const LaunchShape& shape, cudaError_t error, const std::string& what) {
  report(fmt::format("launch at {}: {}", shape.where, what));
  return error;
}

}  // namespace

std::size_t opt_in_shared_bytes() {
  const Machine& machine = settings().machine;
  const int capability = machine.major * 10 + machine.minor;
  if (capability < 80) return std::size_t{64} << 10;
  if (capability == 80 || capability == 87) return std::size_t{163} << 10;
  if (capability < 90 || capability >= 120) return std::size_t{99} << 10;
  return std::size_t{227} << 10;
}

cudaError_t allow_dynamic_shared(const void* kernel, std::size_t bytes) {
  if (bytes > opt_in_shared_bytes()) return cudaErrorInvalidValue;
  allowed_dynamic()[kernel] = bytes;
  return cudaSuccess;
}

cudaError_t check_limits(const LaunchShape& shape) {
  const dim3 grid = shape.grid, block = shape.block;
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffffU || grid.y > 65535 || grid.z > 65535) {
    return refuse(shape, cudaErrorInvalidConfiguration, "a grid of " + text_of(grid) + " blocks");
  }
  if (threads == 0 || block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024) {
    return refuse(shape, cudaErrorInvalidConfiguration, "a block of " + text_of(block) + " threads");
  }
  const auto allowed = allowed_dynamic().find(shape.kernel);
  const std::size_t most = allowed == allowed_dynamic().end()
                               ? default_shared_bytes
                               : std::max(allowed->second, default_shared_bytes);
  if (shape.dynamic_shared > most) {
    return refuse(shape, cudaErrorInvalidValue,
                  fmt::format("{} bytes of dynamic shared memory, of {}", shape.dynamic_shared, most));
  }
  return cudaSuccess;
}

}  // namespace yy::cusim
