// The energy that the machine's processors take up, by their own counters (RAPL: Intel since Sandy Bridge,
// AMD since Zen), as Linux shows them under /sys/class/powercap. Mostly only root may read them; virtual
// machines have none. The counters are of whole processors: whatever else runs is in them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace yy {

class EnergyMeter {
 public:
  explicit EnergyMeter(const std::filesystem::path& powercap = "/sys/class/powercap");

  // Counters start again from 0 now and then; they are followed over that where this is called at least every
  // ten minutes. Cheap to call often.
  void update();

  // Since the meter was made, of all processors; nothing where there is no counter that can be read.
  std::optional<double> joules();

 private:
  struct Counter {
    std::filesystem::path file;
    std::uint64_t range;  // microjoules, after which it starts again
    std::uint64_t last;
  };

  void read();

  std::vector<Counter> counters_;
  double joules_ = 0;
  bool is_sound_ = true;  // no counter failed since
  std::chrono::steady_clock::time_point read_at_;
};

}  // namespace yy
