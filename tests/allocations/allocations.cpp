#include "tests/allocations/allocations.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fmt/format.h>
#include <link.h>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

namespace yy::test {
namespace {

using Address = std::uintptr_t;

Address address_of(const void* code) {
  return reinterpret_cast<Address>(code);
}

// Where a shared library lies; empty where it is not loaded.
struct Library {
  Address begin = 0, end = 0;
  bool holds(const void* code) const { return address_of(code) >= begin && address_of(code) < end; }
};

Library find_library(std::string_view name) {
  struct Search {
    std::string_view name;
    Library found;
  } search{name, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* to) {
        auto& wanted = *static_cast<Search*>(to);
        if (std::string_view(info->dlpi_name).find(wanted.name) == std::string_view::npos) return 0;
        const std::span<const ElfW(Phdr)> segments(info->dlpi_phdr, info->dlpi_phnum);
        for (const auto& segment : segments) {
          if (segment.p_type != PT_LOAD) continue;
          wanted.found.end = std::max(wanted.found.end, info->dlpi_addr + segment.p_vaddr + segment.p_memsz);
        }
        wanted.found.begin = info->dlpi_addr;
        return 1;
      },
      &search);
  return search.found;
}

struct Trace {
  std::array<void*, 16> frames{};
  std::size_t first = 0, count = 0;  // frames from the caller of operator new outwards
  std::size_t bytes = 0;
};

constexpr std::size_t most_traces = 4;

struct Counter {
  Counter() : onednn_code(find_library("/libdnnl.so")), standard_code(find_library("/libstdc++.so")) {
    void* frame = nullptr;
    backtrace(&frame, 1);  // loads the unwinder
  }
  Library onednn_code, standard_code;
  std::atomic<std::uint64_t> ours = 0, onednn = 0;
  std::array<Trace, most_traces> traces;
};

Counter& counter() {
  static Counter the_counter;
  return the_counter;
}

std::atomic<bool> is_counting = false;  // apart from `counter`, which allocates while it is made

Trace trace_from(const void* caller, std::size_t bytes) {
  Trace trace;
  trace.bytes = bytes;
  trace.count =
      static_cast<std::size_t>(backtrace(trace.frames.data(), static_cast<int>(trace.frames.size())));
  const auto begin = trace.frames.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(trace.count);
  const auto found = std::find(begin, end, caller);
  trace.first = found == end ? 0 : static_cast<std::size_t>(found - begin);
  return trace;
}

// The innermost caller that is not the standard library decides whose allocation it is.
void count(std::size_t bytes, const void* caller) {
  Counter& counts = counter();
  if (counts.onednn_code.holds(caller)) {
    ++counts.onednn;
    return;
  }
  const Trace trace = trace_from(caller, bytes);
  std::size_t at = trace.first;
  while (at < trace.count && counts.standard_code.holds(trace.frames[at])) ++at;
  if (at < trace.count && counts.onednn_code.holds(trace.frames[at])) {
    ++counts.onednn;
    return;
  }
  const std::uint64_t number = counts.ours++;
  if (number < most_traces) counts.traces[number] = trace;
}

std::string text(const Trace& trace) {
  std::string lines = fmt::format("{} bytes from\n", trace.bytes);
  for (std::size_t i = trace.first; i < trace.count; ++i) {
    Dl_info info = {};
    dladdr(trace.frames[i], &info);
    const std::string_view file = info.dli_fname == nullptr ? "?" : info.dli_fname;
    const Address offset = address_of(trace.frames[i]) - address_of(info.dli_fbase);
    const std::unique_ptr<char, void (*)(void*)> name(
        info.dli_sname == nullptr ? nullptr : abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, nullptr),
        std::free);
    lines += fmt::format("    {}+{:#x} {}\n", file.substr(file.rfind('/') + 1), offset,
                         name ? std::string_view(name.get()).substr(0, 90) : "");
  }
  return lines;
}

void* allocate(std::size_t bytes, std::size_t alignment, const void* caller) {
  if (is_counting) count(bytes, caller);
  void* memory = nullptr;
  return posix_memalign(&memory, std::max(alignment, sizeof(void*)), std::max(bytes, std::size_t{1})) == 0
             ? memory
             : nullptr;
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

bool can_tell_onednn_apart() {
  return counter().onednn_code.end != 0;
}

void start_counting() {
  counter().ours = 0;
  counter().onednn = 0;
  is_counting = true;
}

Allocations stop_counting() {
  is_counting = false;
  Allocations result{counter().ours, counter().onednn, {}};
  for (std::size_t i = 0; i < std::min<std::size_t>(result.ours, most_traces); ++i) {
    result.traces += text(counter().traces[i]);
  }
  return result;
}

}  // namespace yy::test

// The standard library's other forms (arrays, nothrow, sized) call these.
void* operator new(std::size_t bytes) {
  return yy::test::or_throw(
      yy::test::allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__, __builtin_return_address(0)));
}

void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return yy::test::or_throw(
      yy::test::allocate(bytes, static_cast<std::size_t>(alignment), __builtin_return_address(0)));
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return yy::test::allocate(bytes, alignment, __builtin_return_address(0));
}
