// The damaged models of this folder and the words that a refusal of each must hold.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace yy::test {

using BadModels = std::map<std::string, std::vector<std::string>>;  // file name -> words

inline BadModels bad_models() {
  const auto file = std::filesystem::path(YY_TEST_MODELS_DIR) / "bad" / "expect.json";
  return nlohmann::json::parse(std::ifstream(file)).get<BadModels>();
}

inline std::vector<std::string> bad_model_names() {
  std::vector<std::string> names;
  for (const auto& [name, words] : bad_models()) names.push_back(name);
  return names;
}

inline std::vector<std::string> words_of_refusal(const std::string& name) {
  return bad_models().at(name);
}

}  // namespace yy::test
