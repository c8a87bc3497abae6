// The counters are files, so that made-up ones do.
#include "tools/yy_run/energy.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "tests/tools/temp_folder.h"

namespace yy::test {
namespace {

namespace fs = std::filesystem;

class Energy : public testing::Test {
 protected:
  void set(const char* counter, const char* name, std::uint64_t microjoules) const {
    const fs::path folder = fs::path(powercap_) / counter;
    fs::create_directories(folder);
    std::ofstream(folder / "name") << name << "\n";
    std::ofstream(folder / "energy_uj") << microjoules << "\n";
    std::ofstream(folder / "max_energy_range_uj") << 1'000'000 << "\n";
  }

  const TempFolder folder_;
  const std::string powercap_ = folder_ / "powercap";
};

TEST_F(Energy, OfAllProcessorsAndNothingElse) {
  set("intel-rapl:0", "package-0", 100);
  set("intel-rapl:0:0", "core", 100);
  set("intel-rapl:1", "package-1", 0);
  set("intel-rapl:2", "psys", 0);
  set("intel-rapl-mmio:0", "package-0", 100);
  EnergyMeter meter(powercap_);
  set("intel-rapl:0", "package-0", 250'100);
  set("intel-rapl:0:0", "core", 200'000);
  set("intel-rapl:1", "package-1", 500'000);
  set("intel-rapl:2", "psys", 900'000);
  set("intel-rapl-mmio:0", "package-0", 250'100);
  ASSERT_TRUE(meter.joules().has_value());
  EXPECT_DOUBLE_EQ(*meter.joules(), 0.75);
}

TEST_F(Energy, FollowsACounterThatStartsAgain) {
  set("intel-rapl:0", "package-0", 900'000);
  EnergyMeter meter(powercap_);
  set("intel-rapl:0", "package-0", 100'000);
  EXPECT_DOUBLE_EQ(meter.joules().value(), 0.2);
  set("intel-rapl:0", "package-0", 300'000);
  EXPECT_DOUBLE_EQ(meter.joules().value(), 0.4);
}

TEST_F(Energy, IsUnknownWithoutCounters) {
  EXPECT_FALSE(EnergyMeter(powercap_).joules().has_value());
  fs::create_directories(powercap_);
  EXPECT_FALSE(EnergyMeter(powercap_).joules().has_value());
  set("intel-rapl:0", "package-0", 5);
  fs::remove(fs::path(powercap_) / "intel-rapl:0/energy_uj");  // as where only root may read it
  EXPECT_FALSE(EnergyMeter(powercap_).joules().has_value());
}

TEST_F(Energy, IsUnknownOnceACounterFails) {
  set("intel-rapl:0", "package-0", 5);
  EnergyMeter meter(powercap_);
  fs::remove(fs::path(powercap_) / "intel-rapl:0/energy_uj");
  EXPECT_FALSE(meter.joules().has_value());
}

}  // namespace
}  // namespace yy::test
