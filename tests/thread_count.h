// How many threads this process has.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace yy::test {

// True if the thread of /proc/self/task/ID has begun to exit: the kernel wakes who joins it before it takes
// the thread out of that folder. Sources: proc(5) on /proc/PID/stat, PF_EXITING in Linux'
// include/linux/sched.h.
inline bool is_exiting(const std::filesystem::path& task) {
  std::ifstream file(task / "stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return true;  // gone between two looks
  std::istringstream fields(text.substr(name_end + 1));
  std::string state;
  long parent, group, session, terminal, foreground;
  unsigned long flags = 0;
  fields >> state >> parent >> group >> session >> terminal >> foreground >> flags;
  return (flags & 0x4) != 0;
}

inline std::ptrdiff_t threads_of_this_process() {
  std::ptrdiff_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task"))
    count += !is_exiting(task.path());
  return count;
}

}  // namespace yy::test
