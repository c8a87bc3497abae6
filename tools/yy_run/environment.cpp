#include "tools/yy_run/environment.h"

#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/utsname.h>

#include "yy/threads.h"

namespace yy {
namespace {

// x86: "model name : ..."; elsewhere the architecture has to do.
std::string processor(const utsname& system) {
  std::ifstream stream("/proc/cpuinfo");
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
    if (begin != std::string::npos) return line.substr(begin);
  }
  return system.machine;
}

}  // namespace

Surroundings surroundings_of(const RunOptions& options, const Backend& backend, std::size_t pictures) {
  const CascadeOptions cascade = options.cascade(backend);
  return {std::string(backend.name()),
          std::string(name_of(cascade.precision)),
          cascade.batch,
          options.threads,
          options.workers(pictures),
          options.mode};
}

std::vector<std::pair<std::string, std::string>> environment_of(const Surroundings& run) {
  utsname system = {};
  ::uname(&system);
  return {{"program", "yy-run " YY_VERSION},
          {"time (UTC)", fmt::format("{:%Y-%m-%d %H:%M}", fmt::gmtime(std::time(nullptr)))},
          {"processor", processor(system)},
          {"threads for this process", fmt::format("{}", available_threads())},
          {"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)},
          {"device", run.device},
          {"precision", run.precision},
          {"mode", run.mode},
          {"batch", fmt::format("{}", run.batch)},
          {"threads used", fmt::format("{}", run.threads)},
          {"workers", fmt::format("{}", run.workers)}};
}

}  // namespace yy
