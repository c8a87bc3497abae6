#include "runtime/weights.h"

namespace yy {

Buffer WeightStore::get(const Tensor& source, const std::string& form, std::size_t bytes, const Fill& fill) {
  std::lock_guard lock(mutex_);
  const auto key = std::pair{source.data(), form};
  if (const auto entry = entries_.find(key); entry != entries_.end()) return entry->second.packed;
  std::erase_if(entries_, [](const auto& entry) { return !entry.second.in_use(); });
  const auto start = std::chrono::steady_clock::now();
  Entry made{source, allocate_host(bytes)};
  fill(made.packed.data());
  if (settle_) made.packed = settle_(std::move(made.packed));
  filling_ += std::chrono::steady_clock::now() - start;
  return entries_.emplace(key, std::move(made)).first->second.packed;
}

std::size_t WeightStore::bytes() const {
  std::lock_guard lock(mutex_);
  std::size_t sum = 0;
  for (const auto& [key, entry] : entries_) sum += entry.in_use() ? entry.packed.bytes : 0;
  return sum;
}

double WeightStore::fill_seconds() const {
  std::lock_guard lock(mutex_);
  return filling_.count();
}

}  // namespace yy
