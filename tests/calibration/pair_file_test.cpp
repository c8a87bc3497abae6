// Pair files: what is written is read again to the last bit, and what somebody has damaged is refused by
// name.
#include "yy/pair_file.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "runtime/error.h"
#include "tests/tools/temp_folder.h"

namespace yy {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

class PairFiles : public testing::Test {
 protected:
  PairFile pair_of(std::vector<float> thresholds) const {
    PairFile pair;
    for (std::size_t i = 0; i <= thresholds.size(); ++i) {
      const Preprocess how{32, 0.875, Interpolation::bilinear, {1.5F, 0.1F, 127.5F}, {1, 2, 3}};
      pair.models.push_back({models_ / (i == 0 ? "digits-yin.onnx" : "digits-yang.onnx"),
                             std::string(64, 'a'), how, std::string(64, 'b'), 1.25 + static_cast<double>(i)});
    }
    pair.combine = Combine::mean;
    pair.thresholds = std::move(thresholds);
    pair.calibration = {"loss", 0.005, "bound", "labels", "f32", 0.95,  0.0047,
                        5000,   0.5,   7,       0.25,     0.83,  0.8312};
    return pair;
  }

  void write(const std::string& text) const { std::ofstream(file()) << text; }
  fs::path file() const { return folder_ / "some.yy.json"; }

  std::string complaint(const std::string& text) const {
    write(text);
    try {
      read_pair_file(file());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::model);
      return error.what();
    }
    return "";
  }

  json good() const { return json::parse(text_of(pair_of({0.75F}), file())); }

  const fs::path models_ = YY_TEST_MODELS_DIR;
  const test::TempFolder folder_;
};

TEST_F(PairFiles, AreReadAsTheyWereWritten) {
  std::vector<float> thresholds{0, 1, 0.5F, 1e-30F, 0.1F};
  for (float t = 1; t > 0.999999F; t = std::nextafter(t, 0.F)) thresholds.push_back(t);
  for (int i = 1; i < 200; ++i) thresholds.push_back(static_cast<float>(i) / 199.3F);
  for (float threshold : thresholds) {
    write(text_of(pair_of({threshold}), file()));
    EXPECT_EQ(read_pair_file(file()).thresholds, std::vector{threshold});
  }
  write(text_of(pair_of({0.9F, 0.7F}), file()));
  const PairFile read = read_pair_file(file()), written = pair_of({0.9F, 0.7F});
  ASSERT_EQ(read.models.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(fs::equivalent(read.models[i].file, written.models[i].file));
    EXPECT_EQ(read.models[i].sha256, written.models[i].sha256);
    EXPECT_EQ(read.models[i].preprocess, written.models[i].preprocess);
    EXPECT_EQ(read.models[i].classes_sha256, written.models[i].classes_sha256);
    EXPECT_EQ(read.models[i].temperature, written.models[i].temperature);
  }
  EXPECT_EQ(text_of(read, file()), text_of(written, file()));
}

TEST_F(PairFiles, NameNetworksRelativeToThemselves) {
  EXPECT_FALSE(fs::path(good()["models"][0]["file"].get<std::string>()).is_absolute());
}

TEST_F(PairFiles, MissNoFieldInSilence) {
  const json whole = good();
  const auto expect_missed = [&](const std::string& place, json damaged) {
    EXPECT_THAT(complaint(damaged.dump()),
                AllOf(HasSubstr("some.yy.json"), HasSubstr(place), HasSubstr("missing")));
  };
  for (const auto& [name, value] : whole.items()) {
    json damaged = whole;
    damaged.erase(name);
    expect_missed("'" + name + "'", damaged);
  }
  for (const auto& [name, value] : whole["calibration"].items()) {
    json damaged = whole;
    damaged["calibration"].erase(name);
    expect_missed("'calibration." + name + "'", damaged);
  }
  for (const auto& [name, value] : whole["models"][1].items()) {
    if (name == "temperature") continue;  // 1 where there is none
    json damaged = whole;
    damaged["models"][1].erase(name);
    expect_missed("'models[1]." + name + "'", damaged);
  }
}

TEST_F(PairFiles, RefuseValuesByName) {
  const auto with = [&](const char* pointer, const json& value) {
    json damaged = good();
    damaged[json::json_pointer(pointer)] = value;
    return complaint(damaged.dump());
  };
  EXPECT_THAT(with("/yin_yang_pair", 2), HasSubstr("version 2, this program reads version 1"));
  EXPECT_THAT(with("/gate", "guess"),
              HasSubstr("'gate' should be one of maxprob, margin, entropy, found \"guess\""));
  EXPECT_THAT(with("/combine", 3), HasSubstr("'combine' should be a text, found 3"));
  EXPECT_THAT(with("/combine", "sum"), HasSubstr("'combine' should be one of replace, mean, found \"sum\""));
  EXPECT_THAT(with("/models/1/temperature", 0),
              HasSubstr("'models[1].temperature' should be a number from 0.1 to 10, found 0"));
  EXPECT_THAT(with("/thresholds/0/minus_log", -1),
              HasSubstr("'thresholds[0].minus_log' should be a number from 0"));
  EXPECT_THAT(with("/thresholds", json::array()),
              HasSubstr("'thresholds' should be a list of 1 to 1 entries"));
  EXPECT_THAT(with("/models", json::array({1})), HasSubstr("'models' should be a list of 2 to 16 entries"));
  EXPECT_THAT(with("/models/0", "a.onnx"), HasSubstr("'models[0]' should be an object, found string"));
  EXPECT_THAT(with("/models/0/sha256", "abc"),
              HasSubstr("'models[0].sha256' should be 64 hexadecimal digits"));
  EXPECT_THAT(with("/models/0/preprocess/mean", json::array({1, 2})),
              HasSubstr("should be a list of 3 numbers"));
  EXPECT_THAT(with("/models/0/preprocess/size", 0), HasSubstr("should be a number from 1 to 4096, found 0"));
  EXPECT_THAT(with("/calibration/deferred_fraction", 1.5),
              HasSubstr("should be a number from 0 to 1, found 1.5"));
  EXPECT_THAT(with("/calibration/images", nullptr), HasSubstr("'calibration.images' should be a number"));
}

TEST_F(PairFiles, RefuseWhatIsNoPairFile) {
  EXPECT_THAT(complaint(""), HasSubstr("it is not JSON"));
  EXPECT_THAT(complaint("[]"), HasSubstr("should be an object"));
  EXPECT_THAT(complaint(good().dump().substr(0, 300)), HasSubstr("it is not JSON"));
  EXPECT_THAT(complaint(std::string(2 << 20, ' ')), HasSubstr("at most 1048576 bytes"));
  EXPECT_THROW(read_pair_file(folder_ / "none.yy.json"), Error);
}

TEST_F(PairFiles, KnowTheirNetworks) {
  PairFile::Model model = pair_of({0.5F}).models[0];
  const auto refusal = [&] {
    try {
      check_model(model);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("digits-yin.onnx"), HasSubstr("not the network that was calibrated")));
  model.sha256 = hash_of(model.file);
  EXPECT_EQ(refusal(), "");
  model.file = models_ / "none.onnx";
  EXPECT_THAT(refusal(), HasSubstr("cannot be read"));
}

TEST_F(PairFiles, HashAsEverybodyDoes) {
  write("abc");
  EXPECT_EQ(hash_of(file()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of(std::vector<ClassName>{{"a", "x"}, {"b", "y"}}),
            hash_of(std::vector<ClassName>{{"a", ""}, {"b", ""}}));
  EXPECT_NE(hash_of(std::vector<ClassName>{{"a", ""}, {"b", ""}}),
            hash_of(std::vector<ClassName>{{"b", ""}, {"a", ""}}));
}

}  // namespace
}  // namespace yy
