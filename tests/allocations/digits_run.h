// The digits pair and pictures for it: those of the digits, some of which Yin defers, and the decoder's, of
// all kinds and sizes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cpu/cpu_backend.h"
#include "tests/yy/answers.h"
#include "tools/yy_run/image_sources.h"
#include "yy/classifier.h"

namespace yy::test {

using Stages = std::vector<std::shared_ptr<const Classifier>>;

inline Stages digits_pair() {
  const std::shared_ptr<const Backend> backend = make_cpu_backend();
  CardOverrides overrides;
  overrides.interpolation = "bilinear";  // pictures of any size
  Stages stages;
  for (const char* name : {"digits-yin.onnx", "digits-yang.onnx"}) {
    stages.push_back(
        std::make_shared<Classifier>(std::filesystem::path(YY_TEST_MODELS_DIR) / name, overrides, backend));
  }
  return stages;
}

class Pictures {
 public:
  Pictures() {
    const std::filesystem::path data(YY_TEST_DATA_DIR);
    for (const char* folder : {"images", "digits"}) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(data / folder)) {
        const bool is_good = !entry.path().filename().string().starts_with("bad_");
        if (entry.is_regular_file() && is_good) files_.push_back(entry.path().string());
      }
    }
  }

  std::size_t size() const { return files_.size(); }

  ImageList repeated(std::size_t times) const {
    ImageList list;
    for (std::size_t i = 0; i < times * size(); ++i) list.add_file(files_[i % size()]);
    return list;
  }

  std::vector<Image> decoded() const {
    std::vector<Image> images;
    for (const std::string& file : files_) images.push_back(read_picture(file));
    return images;
  }

 private:
  std::vector<std::string> files_;
};

}  // namespace yy::test
