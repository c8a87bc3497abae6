// What a profile counts: a row per step that launches something, each launch run on its own and waited for.
#include "runtime/profile.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "cpu/cpu_backend.h"
#include "runtime/executor.h"
#include "yy/network.h"

namespace yy {
namespace {

// Passes on to a real stream and remembers what it was asked for: 'r' for a launch, 'w' for a wait.
class RecordingStream : public Stream {
 public:
  explicit RecordingStream(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
  void run(std::span<const Launch> launches) override {
    asked += std::string(launches.size(), 'r');
    stream_->run(launches);
  }
  void wait() override {
    asked += 'w';
    stream_->wait();
  }
  std::string asked;

 private:
  std::unique_ptr<Stream> stream_;
};

class Profiling : public testing::Test {
 protected:
  Profiling()
      : network_(std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yang.onnx", make_cpu_backend()),
        program_(network_.compile({2, 1, Layout::channels_last, {}})),
        executor_(program_, network_.backend().allocate(program_->memory().arena_bytes)),
        stream_(network_.backend().new_stream(1)) {}

  std::vector<float> run(Profile* profile, std::size_t first_row) {
    const TensorView& input = executor_.input(0);
    for (std::int64_t i = 0; i < input.desc.shape.elements(); ++i) {
      input.as<float>()[i] = static_cast<float>(i % 17) / 17;
    }
    if (profile != nullptr) {
      profile->run(stream_, executor_.launches(), first_row);
    } else {
      executor_.run(stream_);
      stream_.wait();
    }
    const TensorView& output = executor_.output(0);
    return {output.as<float>(), output.as<float>() + output.desc.shape.elements()};
  }

  Network network_;
  std::shared_ptr<const Program> program_;
  Executor executor_;
  RecordingStream stream_;
};

TEST_F(Profiling, EveryStepWithALaunchHasARow) {
  Profile profile;
  profile.add({});
  EXPECT_EQ(profile.add(*program_, "part"), 1U);
  std::size_t row = 1;
  bool has_view = false, has_macs = false;
  for (const Step& step : program_->steps()) {
    has_view = has_view || step.kernel.is_view;
    if (step.kernel.is_view) continue;
    ASSERT_LT(row, profile.rows().size());
    const Profile::Row& found = profile.rows()[row++];
    EXPECT_EQ(found.node, step.node.name);
    EXPECT_EQ(found.op, step.node.op->name());
    EXPECT_EQ(found.implementation, step.kernel.implementation);
    EXPECT_EQ(found.shape, program_->graph().value(step.node.outputs[0]).desc.shape.text());
    EXPECT_EQ(found.part, "part");
    EXPECT_EQ(found.calls, 0U);
    has_macs = has_macs || found.macs > 0;
  }
  EXPECT_EQ(profile.rows().size(), row);
  EXPECT_EQ(executor_.launches().size(), row - 1);
  EXPECT_TRUE(has_view) << "the test wants a net with a step that launches nothing";
  EXPECT_TRUE(has_macs);
}

TEST_F(Profiling, CountsEachLaunchAndWaitsForIt) {
  Profile profile;
  const std::size_t row = profile.add(*program_, "");
  for (int i = 0; i < 3; ++i) run(&profile, row);
  std::string expected;
  for (std::size_t i = 0; i < 3 * executor_.launches().size(); ++i) expected += "rw";
  EXPECT_EQ(stream_.asked, expected);
  for (const Profile::Row& found : profile.rows()) {
    EXPECT_EQ(found.calls, 3U);
    EXPECT_GE(found.seconds, 0);
  }
  EXPECT_TRUE(profile.events().empty());
}

TEST_F(Profiling, ComputesTheSame) {
  Profile profile;
  const std::size_t row = profile.add(*program_, "");
  EXPECT_EQ(run(&profile, row), run(nullptr, 0));
}

TEST_F(Profiling, KeepsTheFirstEventsInOrder) {
  const std::size_t launches = executor_.launches().size();
  Profile profile(launches + 1);
  const std::size_t row = profile.add(*program_, "");
  for (int i = 0; i < 2; ++i) run(&profile, row);
  ASSERT_EQ(profile.events().size(), launches + 1);
  for (std::size_t i = 0; i < profile.events().size(); ++i) {
    EXPECT_EQ(profile.events()[i].row, i % launches);
    if (i > 0) {
      EXPECT_GE(profile.events()[i].start, profile.events()[i - 1].start);
    }
  }
}

TEST_F(Profiling, RestartForgetsWhatWasMeasured) {
  Profile profile(100);
  const std::size_t row = profile.add(*program_, "");
  run(&profile, row);
  const std::size_t rows = profile.rows().size();
  profile.restart(Profile::Clock::now());
  EXPECT_TRUE(profile.events().empty());
  ASSERT_EQ(profile.rows().size(), rows);
  for (const Profile::Row& found : profile.rows()) {
    EXPECT_EQ(found.calls, 0U);
    EXPECT_EQ(found.seconds, 0);
  }
}

}  // namespace
}  // namespace yy
