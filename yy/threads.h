// How many threads this process may keep busy.
#pragma once

#include <filesystem>
#include <optional>

namespace yy {

// The smaller of the CPUs that the process may be scheduled on and its control groups' CPU quota, rounded up;
// at least 1.
int available_threads();

// The smallest quota, in CPUs, of the process's control group and the groups above it (version 2's cpu.max,
// version 1's cpu.cfs_quota_us); nothing where there is no limit. `root` is where proc and sys are looked
// for.
std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/");

}  // namespace yy
