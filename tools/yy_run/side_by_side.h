// Several workers at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

namespace yy {

// Calls work(0), ..., work(workers - 1), a thread each, the caller's being the first: no thread more than
// workers. Where one throws, `failed` becomes true, which the others may look at; the first exception is
// thrown again once all have returned.
void run_side_by_side(std::size_t workers, std::atomic<bool>& failed,
                      const std::function<void(std::size_t)>& work);

}  // namespace yy
