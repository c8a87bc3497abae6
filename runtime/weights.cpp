#include "runtime/weights.h"

namespace yy {

Buffer WeightStore::get(const Tensor& source, const std::string& form, std::size_t bytes, const Fill& fill) {
  std::lock_guard lock(mutex_);
  auto [entry, is_new] = entries_.try_emplace({source.data(), form});
  if (is_new) {
    try {
      entry->second = {source, allocate_host(bytes)};
      fill(entry->second.packed.data());
    } catch (...) {
      entries_.erase(entry);
      throw;
    }
  }
  return entry->second.packed;
}

std::size_t WeightStore::bytes() const {
  std::lock_guard lock(mutex_);
  std::size_t sum = 0;
  for (const auto& [key, entry] : entries_) sum += entry.packed.bytes;
  return sum;
}

}  // namespace yy
