#include "yy/program_cache.h"

#include <algorithm>

namespace yy {

std::shared_ptr<const Program> ProgramCache::get(const ProgramKey& key, const Make& make) {
  std::promise<std::shared_ptr<const Program>> promise;
  {
    std::unique_lock lock(mutex_);
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
    if (found != entries_.end()) {
      std::rotate(entries_.begin(), found, found + 1);
      const auto program = entries_.front().program;
      lock.unlock();
      return program.get();
    }
    if (entries_.size() >= std::max<std::size_t>(capacity_, 1)) entries_.pop_back();
    entries_.insert(entries_.begin(), {key, promise.get_future().share()});
  }
  try {
    auto program = make();
    promise.set_value(program);
    return program;
  } catch (...) {
    promise.set_exception(std::current_exception());
    std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; });
    throw;
  }
}

std::size_t ProgramCache::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace yy
