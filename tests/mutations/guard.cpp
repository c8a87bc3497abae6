#include "tests/mutations/guard.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>

extern "C" const char* __asan_default_options() {
  return "max_allocation_size_mb=2048";
}
#endif

namespace yy::test {
namespace {

char current_line[1024];  // read by signal handlers

void print_line() {
  const ssize_t ignored = ::write(STDERR_FILENO, current_line, std::strlen(current_line));
  static_cast<void>(ignored);
}

void die(int signal) {
  print_line();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void install_handlers() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_set_death_callback(print_line);
  std::signal(SIGALRM, die);
#else
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM}) std::signal(signal, die);
#endif
}

}  // namespace

void limit_memory(std::size_t bytes) {
#ifdef __SANITIZE_ADDRESS__
  static_cast<void>(bytes);
#else
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t most = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + bytes;
  const rlimit limit = {most, most};
  ::setrlimit(RLIMIT_AS, &limit);
#endif
}

Guard::Guard(const std::string& line, unsigned seconds) {
  static const bool installed = (install_handlers(), true);
  static_cast<void>(installed);
  const std::size_t size = std::min(line.size(), sizeof current_line - 2);
  std::memcpy(current_line, line.data(), size);
  std::memcpy(current_line + size, "\n", 2);
  ::alarm(seconds);
}

Guard::~Guard() {
  ::alarm(0);
  current_line[0] = '\0';
}

}  // namespace yy::test
