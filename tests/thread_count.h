// How many threads this process has.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace yy::test {

inline std::ptrdiff_t threads_of_this_process() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

}  // namespace yy::test
