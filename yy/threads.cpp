#include "yy/threads.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <memory>
#include <sched.h>
#include <string>
#include <thread>

namespace yy {
namespace {

namespace fs = std::filesystem;

int schedulable_cpus() {
  for (int cpus = 1024; cpus <= 1 << 20; cpus *= 2) {  // the kernel refuses a set that is too small
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(static_cast<std::size_t>(cpus)),
                                                               [](cpu_set_t* s) { CPU_FREE(s); });
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(cpus));
    if (set && sched_getaffinity(0, bytes, set.get()) == 0) return CPU_COUNT_S(bytes, set.get());
    if (errno != EINVAL) break;
  }
  return static_cast<int>(std::thread::hardware_concurrency());
}

// Version 2: "QUOTA PERIOD" or "max PERIOD".
std::optional<double> quota_v2(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  double quota = 0, period = 0;
  if (file >> quota >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

// Version 1: -1 is no limit.
std::optional<double> quota_v1(const fs::path& group) {
  std::ifstream quota_file(group / "cpu.cfs_quota_us"), period_file(group / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (quota_file >> quota && period_file >> period && quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

// A group obeys the groups above it, too. `group` may lie outside of what a container sees; then the mount's
// own root is all there is to read.
template <class Quota>
void tighten(std::optional<double>& limit, const fs::path& mount, fs::path group, Quota quota_of) {
  for (group = group.relative_path();; group = group.parent_path()) {
    if (const auto quota = quota_of(mount / group)) limit = std::min(limit.value_or(*quota), *quota);
    if (group.empty()) return;
  }
}

bool names_cpu_controller(const std::string& controllers) {
  return ("," + controllers + ",").find(",cpu,") != std::string::npos;
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const fs::path& root) {
  std::optional<double> limit;
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // HIERARCHY:CONTROLLERS:PATH
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      tighten(limit, mounts, group, quota_v2);
      tighten(limit, mounts / "unified", group, quota_v2);
    } else if (names_cpu_controller(controllers)) {
      tighten(limit, mounts / "cpu", group, quota_v1);
      tighten(limit, mounts / controllers, group, quota_v1);
    }
  }
  return limit;
}

int available_threads() {
  double threads = schedulable_cpus();
  if (const auto quota = cgroup_cpu_quota()) threads = std::min(threads, std::ceil(*quota));
  return std::max(static_cast<int>(threads), 1);
}

}  // namespace yy
