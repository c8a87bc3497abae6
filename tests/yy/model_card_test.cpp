#include "yy/model_card.h"

#include <fstream>
#include <gtest/gtest.h>

#include "runtime/error.h"

namespace yy {
namespace {

namespace fs = std::filesystem;

class ModelCardFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("model_card_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::create_directories(folder_);
    write("classes.txt", "n1\tcat\nn2\nn3\ta, b\r\n");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const char* name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  fs::path net() const { return folder_ / "net.onnx"; }

  void expect_refused(const std::string& word, const CardOverrides& overrides = {}) const {
    try {
      load_card(net(), overrides);
      FAIL() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::model);
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  }

  static constexpr const char* good = R"({"preprocess": {"size": 32, "crop": 0.5, "interpolation": "bicubic",
      "mean": [1, 2, 3], "std": [4, 5, 6]}, "classes": "classes.txt"})";
  fs::path folder_;
};

TEST_F(ModelCardFile, IsRead) {
  write("net.json", good);
  const ModelCard card = load_card(net());
  EXPECT_EQ(card.preprocess.size, 32);
  EXPECT_EQ(card.preprocess.crop, 0.5);
  EXPECT_EQ(card.preprocess.interpolation, Interpolation::bicubic);
  EXPECT_EQ(card.preprocess.std[2], 6.F);
  ASSERT_EQ(card.classes.size(), 3U);
  EXPECT_EQ(card.classes[0], (ClassName{"n1", "cat"}));
  EXPECT_EQ(card.classes[1], (ClassName{"n2", "n2"}));
  EXPECT_EQ(card.classes[2], (ClassName{"n3", "a, b"}));
}

TEST_F(ModelCardFile, GivesWayToOverrides) {
  write("net.json", good);
  CardOverrides overrides;
  overrides.size = 64;
  overrides.mean = {{7.F}};
  const ModelCard card = load_card(net(), overrides);
  EXPECT_EQ(card.preprocess.size, 64);
  EXPECT_EQ(card.preprocess.mean, (std::array<float, 3>{7, 7, 7}));
  EXPECT_EQ(card.preprocess.crop, 0.5);
}

TEST_F(ModelCardFile, MayBeReplacedByFlagsWhole) {
  CardOverrides all{32, 1.0, "none", {{0.F}}, {{255.F}}, folder_ / "classes.txt"};
  EXPECT_EQ(load_card(net(), all).preprocess.size, 32);
  all.crop.reset();
  all.classes.reset();
  expect_refused("--crop --classes", all);
}

TEST_F(ModelCardFile, IsRefusedByField) {
  expect_refused("--size --crop --interpolation --mean --std --classes");
  write("net.json", "not json");
  expect_refused("net.json");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    write("net.json", text);
  };
  with("\"size\": 32", "\"size\": \"big\""), expect_refused("'size'");
  with("\"size\": 32", "\"size\": 0"), expect_refused("'size'");
  with("\"size\": 32, ", ""), expect_refused("--size");
  with("0.5", "1.5"), expect_refused("'crop'");
  with("bicubic", "lanczos"), expect_refused("lanczos");
  with("[1, 2, 3]", "[1, 2]"), expect_refused("'mean'");
  with("[4, 5, 6]", "[4, 0, 6]"), expect_refused("'std'");
  with("classes.txt", "nowhere.txt"), expect_refused("nowhere.txt");
  write("classes.txt", "a\nb\na\n");
  write("net.json", good);
  expect_refused("twice");
}

}  // namespace
}  // namespace yy
