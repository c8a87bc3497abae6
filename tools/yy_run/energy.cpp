#include "tools/yy_run/energy.h"

#include <fstream>
#include <string>

namespace yy {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds read_every(1);

template <class T>
std::optional<T> read_file(const fs::path& file) {
  std::ifstream stream(file);
  T value;
  if (stream >> value) return value;
  return std::nullopt;
}

}  // namespace

EnergyMeter::EnergyMeter(const fs::path& powercap) : read_at_(std::chrono::steady_clock::now()) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(powercap, ignored)) {
    // "package-0". Its cores and graphics are counted in it; memory ("dram") is not, and "psys" is the board.
    const auto name = read_file<std::string>(entry.path() / "name");
    if (!name || !name->starts_with("package-")) continue;
    // The same counters may be there a second time, by another way to reach them.
    if (entry.path().filename().string().find("mmio") != std::string::npos) continue;
    const fs::path file = entry.path() / "energy_uj";
    const auto now = read_file<std::uint64_t>(file);
    const auto range = read_file<std::uint64_t>(entry.path() / "max_energy_range_uj");
    if (now && range) counters_.push_back({file, *range, *now});
  }
}

void EnergyMeter::update() {
  if (!counters_.empty() && std::chrono::steady_clock::now() - read_at_ >= read_every) read();
}

std::optional<double> EnergyMeter::joules() {
  if (counters_.empty()) return std::nullopt;
  read();
  return is_sound_ ? std::optional(joules_) : std::nullopt;
}

void EnergyMeter::read() {
  read_at_ = std::chrono::steady_clock::now();
  for (Counter& counter : counters_) {
    const auto now = read_file<std::uint64_t>(counter.file);
    if (!now) {
      is_sound_ = false;
      continue;
    }
    const std::uint64_t passed =
        *now >= counter.last ? *now - counter.last : counter.range - counter.last + *now;
    joules_ += 1e-6 * static_cast<double>(passed);
    counter.last = *now;
  }
}

}  // namespace yy
