#include "tests/cusim/engine/kernel_name.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <unordered_map>
#include <vector>

#include "tests/cusim/engine/failure.h"

namespace yy::cusim {
namespace {

template <class T>
std::vector<T> read(std::ifstream& file, std::size_t offset, std::size_t bytes) {
  std::vector<T> values(bytes / sizeof(T));
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  return values;
}

// Symbols of the program's file. Kernels have internal linkage, so that the dynamic linker does not know
// them.
struct Symbols {
  std::vector<Elf64_Sym> all;
  std::vector<char> names;
};

Symbols symbols_of_program() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const auto header = read<Elf64_Ehdr>(file, 0, sizeof(Elf64_Ehdr))[0];
  if (!file) return {};
  const auto sections = read<Elf64_Shdr>(file, header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr));
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) continue;
    const Elf64_Shdr& names = sections[section.sh_link];
    return {read<Elf64_Sym>(file, section.sh_offset, section.sh_size),
            read<char>(file, names.sh_offset, names.sh_size)};
  }
  return {};
}

// Of the function at this address; null where there is none. Its address in the file is `base` less.
const char* find_symbol(const void* function, const void* base) {
  static const Symbols symbols = symbols_of_program();
  const auto address = reinterpret_cast<std::size_t>(function);
  const std::size_t in_file = address - reinterpret_cast<std::size_t>(base);
  for (const Elf64_Sym& symbol : symbols.all) {
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_name >= symbols.names.size()) continue;
    if (symbol.st_value == in_file || symbol.st_value == address)
      return symbols.names.data() + symbol.st_name;
  }
  return nullptr;
}

// "void yy::(anonymous namespace)::shift<true>(int*, int)" -> "shift<true>"
std::string short_name(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), &std::free);
  if (text == nullptr) return symbol;
  std::string name = text.get();
  for (const std::string anonymous = "(anonymous namespace)::"; name.find(anonymous) != std::string::npos;) {
    name.erase(name.find(anonymous), anonymous.size());
  }
  std::size_t begin = 0, end = 0;
  for (int depth = 0; end < name.size(); ++end) {
    const char c = name[end];
    if (c == '(' && depth == 0) break;
    depth += (c == '<' || c == '(') - (c == '>' || c == ')');
    if (depth == 0 && (c == ' ' || c == ':')) begin = end + 1;
  }
  return name.substr(begin, end - begin);
}

std::string find_name(const LaunchShape& shape) {
  Dl_info program = {};
  dladdr(shape.kernel, &program);
  const char* symbol = find_symbol(shape.kernel, program.dli_fbase);
  return symbol == nullptr ? fmt::format("{}", shape.where) : short_name(symbol);
}

}  // namespace

const std::string& kernel_name(const LaunchShape& shape) {
  static std::unordered_map<const void*, std::string> names;
  const auto at = names.find(shape.kernel);
  return at != names.end() ? at->second : names.emplace(shape.kernel, find_name(shape)).first->second;
}

}  // namespace yy::cusim
