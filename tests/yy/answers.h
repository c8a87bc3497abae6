// Stored answers (columns image,label,predicted,confidence) and pictures, for tests of the cascade.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "image/decode.h"

namespace yy::test {

struct Answer {
  std::string image;
  int label = -1, predicted = -1;
  float confidence = 0;
};

inline std::vector<Answer> read_answers(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<Answer> answers;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    Answer answer;
    std::string label, predicted, confidence;
    std::getline(fields, answer.image, ',');
    std::getline(fields, label, ',');
    std::getline(fields, predicted, ',');
    std::getline(fields, confidence, ',');
    answer.label = std::stoi(label);
    answer.predicted = std::stoi(predicted);
    answer.confidence = std::stof(confidence);
    answers.push_back(std::move(answer));
  }
  return answers;
}

inline Image read_picture(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
  return decode_image(bytes, {});
}

}  // namespace yy::test
