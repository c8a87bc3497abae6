// Classifies one picture with a pair of networks: classify YIN.onnx YANG.onnx THRESHOLD PICTURE
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "cpu/cpu_backend.h"
#include "image/decode.h"
#include "yy/cascade.h"

namespace {

std::vector<std::uint8_t> read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void classify(const char* yin_file, const char* yang_file, float threshold, const char* picture) {
  std::shared_ptr<const yy::Backend> cpu = yy::make_cpu_backend();
  auto yin = std::make_shared<const yy::Classifier>(yin_file, yy::CardOverrides{}, cpu);
  auto yang = std::make_shared<const yy::Classifier>(yang_file, yy::CardOverrides{}, cpu);

  yy::CascadeOptions options;
  options.thresholds = {threshold};
  options.batch = 1;
  yy::Cascade cascade({yin, yang}, options, [&](yy::Verdict&& verdict) {
    if (!verdict.error.empty()) throw std::runtime_error(verdict.error);
    const yy::ClassName& answer = yin->card().classes[static_cast<std::size_t>(verdict.label)];
    std::cout << answer.name << ", confidence " << verdict.confidence << ", by "
              << (verdict.stage == 0 ? "Yin" : "Yang") << '\n';
  });
  cascade.push(0, yy::decode_image(read_file(picture)));
  cascade.flush();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) throw std::invalid_argument("usage: classify YIN.onnx YANG.onnx THRESHOLD PICTURE");
    classify(argv[1], argv[2], std::stof(argv[3]), argv[4]);
  } catch (const std::exception& error) {
    std::cerr << "classify: " << error.what() << '\n';
    return 1;
  }
}
