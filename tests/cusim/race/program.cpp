#include "tests/cusim/race/program.h"

#include <cstdint>
#include <cstdio>
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <unistd.h>
#include <vector>

namespace yy::cusim::race {
namespace {

struct Segment {
  std::uintptr_t start, end;
};

int add_segments(dl_phdr_info* object, std::size_t, void* result) {
  auto& segments = *static_cast<std::vector<Segment>*>(result);
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const std::uintptr_t start = object->dlpi_addr + header.p_vaddr;
    segments.push_back({start, start + header.p_memsz});
  }
  return 0;
}

}  // namespace

bool is_in_program(const void* address, std::size_t bytes) {
  static const std::vector<Segment> segments = [] {
    std::vector<Segment> all;
    dl_iterate_phdr(add_segments, &all);
    return all;
  }();
  const auto start = reinterpret_cast<std::uintptr_t>(address);
  for (const Segment& segment : segments) {
    if (start >= segment.start && start + bytes <= segment.end) return true;
  }
  return false;
}

std::string line_of(const void* code) {
  Dl_info object = {};
  if (code == nullptr || dladdr(code, &object) == 0) return "?";
  // The address that a call returns to may belong to the next line already.
  const auto offset =
      reinterpret_cast<std::uintptr_t>(code) - reinterpret_cast<std::uintptr_t>(object.dli_fbase) - 1;
  const std::string file =
      access(object.dli_fname, R_OK) == 0 ? object.dli_fname : fmt::format("/proc/{}/exe", getpid());
  const std::string command = fmt::format("addr2line -s -e '{}' {:#x} 2>/dev/null", file, offset);
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "?";
  char line[256] = "";
  if (std::fgets(line, sizeof(line), pipe) == nullptr) line[0] = 0;
  pclose(pipe);
  const std::string text(line);
  const std::size_t end = text.find_first_of(" \n");
  return text.empty() ? "?" : text.substr(0, end);
}

}  // namespace yy::cusim::race
