#include "yy/threads.h"

#include <gtest/gtest.h>

#include "tests/tools/temp_folder.h"

namespace yy {
namespace {

using test::TempFolder;

TEST(Threads, AtLeastOne) {
  EXPECT_GE(available_threads(), 1);
}

TEST(Threads, NoLimit) {
  const TempFolder root;
  EXPECT_EQ(cgroup_cpu_quota(root.path()), std::nullopt);
  root.write("proc/self/cgroup", "0::/a\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), std::nullopt);
  root.write("sys/fs/cgroup/a/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), std::nullopt);
}

TEST(Threads, Version2TakesTheTightestGroup) {
  const TempFolder root;
  root.write("proc/self/cgroup", "0::/pod/box\n");
  root.write("sys/fs/cgroup/pod/box/cpu.max", "400000 100000\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), 4);
  root.write("sys/fs/cgroup/pod/cpu.max", "150000 100000\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), 1.5);
}

// In a container the group's own path need not exist below what is mounted.
TEST(Threads, Version2FallsBackToTheMount) {
  const TempFolder root;
  root.write("proc/self/cgroup", "0::/docker/0123\n");
  root.write("sys/fs/cgroup/cpu.max", "250000 100000\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), 2.5);
}

TEST(Threads, Version1) {
  const TempFolder root;
  root.write("proc/self/cgroup", "5:cpuset:/x\n4:cpu,cpuacct:/x\n0::/y\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us", "-1\n");
  root.write("sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), std::nullopt);
  root.write("sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us", "50000\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), 0.5);
}

TEST(Threads, DamagedFilesAreNoLimit) {
  const TempFolder root;
  root.write("proc/self/cgroup", "nonsense\n0\n0::\n:::\n");
  root.write("sys/fs/cgroup/cpu.max", "0 0\n");
  EXPECT_EQ(cgroup_cpu_quota(root.path()), std::nullopt);
}

}  // namespace
}  // namespace yy
