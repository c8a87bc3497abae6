#include "tools/yy_run/side_by_side.h"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace yy {

void run_side_by_side(std::size_t workers, std::atomic<bool>& failed,
                      const std::function<void(std::size_t)>& work) {
  std::mutex mutex;
  std::exception_ptr first;
  const auto keep_exception = [&] {
    const std::lock_guard lock(mutex);
    if (!first) first = std::current_exception();
    failed = true;
  };
  const auto work_as = [&](std::size_t worker) {
    try {
      work(worker);
    } catch (...) {
      keep_exception();
    }
  };
  {
    std::vector<std::jthread> others;  // joined at the end of this scope
    try {
      for (std::size_t i = 1; i < workers; ++i) others.emplace_back(work_as, i);
    } catch (...) {  // no more threads to be had
      keep_exception();
    }
    work_as(0);
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace yy
