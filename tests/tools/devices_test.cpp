// yy-run devices, and --device.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cuda/cuda_backend.h"
#include "tests/tools/cli.h"

namespace yy::test {
namespace {

using testing::HasSubstr;

std::string cuda_trouble() {
  const CudaReport cuda = report_cuda();
  return cuda.trouble.empty() ? cuda.devices.at(0).trouble : cuda.trouble;
}

TEST(Devices, ListsTheCpuAndWhatIsWrongWithTheRest) {
  const Outcome outcome = yy_run({"devices"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("cpu"));
  EXPECT_THAT(outcome.out, HasSubstr("f32"));
  EXPECT_THAT(outcome.out, HasSubstr(cuda_trouble()));
}

TEST(Devices, AsJson) {
  const Outcome outcome = yy_run({"devices", "--json", "-"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["devices"][0]["device"], "cpu");
  EXPECT_EQ(json["devices"][0]["usable"], true);
  EXPECT_EQ(json["devices"][0]["precisions"][0], "f32");
  EXPECT_EQ(json["devices"][1]["trouble"], cuda_trouble());
  EXPECT_EQ(json["libraries"].size(), report_cuda().libraries.size());
}

TEST(Devices, OneThatCannotBeUsedIsExitCode5) {
  if (cuda_trouble().empty()) GTEST_SKIP() << "there is a CUDA device here";
  for (const char* device : {"cuda", "cuda:3"}) {
    const Outcome outcome = yy_run(run_yin({digits, "--device", device}));
    EXPECT_EQ(outcome.code, 5);
    EXPECT_THAT(outcome.err, HasSubstr(cuda_trouble()));
  }
}

TEST(Devices, AutoFallsBackAndSaysSoOnce) {
  if (cuda_trouble().empty()) GTEST_SKIP() << "there is a CUDA device here";
  const TempFolder folder;
  const Outcome outcome =
      yy_run(run_pair("0.9", {digits, "--device", "auto", "--quiet", "--json", folder / "a.json"}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("running on the CPU"));
  EXPECT_EQ(outcome.err.find("running on the CPU"), outcome.err.rfind("running on the CPU"));
  EXPECT_EQ(nlohmann::json::parse(read_text(folder / "a.json"))["device"], "cpu");
}

TEST(Devices, LayersAreMeasuredOnCudaDevicesOnly) {
  const TempFolder folder;
  const Outcome outcome = yy_run(run_yin({digits, "--autotune", folder / "tuning.json"}));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("on CUDA devices only, the device is cpu"));
  if (cuda_trouble().empty()) GTEST_SKIP() << "there is a CUDA device here";
  const Outcome fallen =
      yy_run(run_yin({digits, "--device", "auto", "--autotune", folder / "tuning.json", "--quiet"}));
  EXPECT_EQ(fallen.code, 0);
  EXPECT_THAT(fallen.err, HasSubstr("running on the CPU, where layers are not measured"));
}

TEST(Devices, PrecisionsThatTheCpuDoesNotHaveAreExitCode5) {
  for (const char* precision : {"tf32", "f16"}) {
    const Outcome outcome = yy_run(run_yin({digits, "--precision", precision}));
    EXPECT_EQ(outcome.code, 5);
    EXPECT_THAT(outcome.err, HasSubstr(std::string("cannot compute in ") + precision));
  }
}

TEST(Devices, TheCpuIsTheDefaultAndSilent) {
  const Outcome outcome = yy_run(run_yin({digits, "--quiet"}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST(Devices, AnotherNameIsExitCode2) {
  const Outcome outcome = yy_run(run_yin({digits, "--device", "gpu"}));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("should be cpu, cuda, cuda:N or auto, found 'gpu'"));
}

}  // namespace
}  // namespace yy::test
