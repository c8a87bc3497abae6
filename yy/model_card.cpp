#include "yy/model_card.h"

#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "runtime/error.h"

namespace yy {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, const std::string& message) {
  throw Error(ErrorCode::model, fmt::format("{}: {}", file.string(), message));
}

Json read_json(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream) refuse(file, "the model card cannot be read");
  Json card = Json::parse(stream, nullptr, false);
  if (card.is_discarded() || !card.is_object()) refuse(file, "the model card is not a JSON object");
  return card;
}

Interpolation interpolation_of(const fs::path& file, const std::string& name) {
  if (name == "none") return Interpolation::none;
  if (name == "bilinear") return Interpolation::bilinear;
  if (name == "bicubic") return Interpolation::bicubic;
  refuse(file, fmt::format("'interpolation' should be bilinear, bicubic or none, found '{}'", name));
}

std::array<float, 3> three(const fs::path& file, const char* field, const std::vector<float>& values) {
  for (float value : values) {
    if (!std::isfinite(value)) refuse(file, fmt::format("'{}' holds a value that is not a number", field));
  }
  if (values.size() == 1) return {values[0], values[0], values[0]};
  if (values.size() != 3)
    refuse(file, fmt::format("'{}' should hold 3 numbers, found {}", field, values.size()));
  return {values[0], values[1], values[2]};
}

// The overrides with the card's values where they are open.
CardOverrides merged(const fs::path& file, CardOverrides fields) {
  const Json card = read_json(file);
  const Json pre = card.value("preprocess", Json::object());
  const auto take = [&]<class T>(const Json& object, const char* name, std::optional<T>& field) {
    const auto found = object.find(name);
    if (field || found == object.end()) return;
    try {
      field = found->template get<T>();
    } catch (const Json::exception&) {
      refuse(file, fmt::format("'{}' has the wrong type: {}", name, found->dump()));
    }
  };
  if (!pre.is_object()) refuse(file, "'preprocess' should be an object");
  take(pre, "size", fields.size);
  take(pre, "crop", fields.crop);
  take(pre, "interpolation", fields.interpolation);
  take(pre, "mean", fields.mean);
  take(pre, "std", fields.std);
  std::optional<std::string> classes;
  take(card, "classes", classes);
  if (!fields.classes && classes) fields.classes = file.parent_path() / *classes;
  return fields;
}

std::string missing_flags(const CardOverrides& fields) {
  std::string flags;
  const auto need = [&](bool given, const char* flag) { flags += given ? "" : std::string(" ") + flag; };
  need(fields.size.has_value(), "--size");
  need(fields.crop.has_value(), "--crop");
  need(fields.interpolation.has_value(), "--interpolation");
  need(fields.mean.has_value(), "--mean");
  need(fields.std.has_value(), "--std");
  need(fields.classes.has_value(), "--classes");
  return flags;
}

}  // namespace

ModelCard load_card(const fs::path& onnx_file, const CardOverrides& overrides) {
  const fs::path file = fs::path(onnx_file).replace_extension(".json");
  std::error_code ignored;
  const bool has_card = fs::exists(file, ignored);
  const CardOverrides fields = has_card ? merged(file, overrides) : overrides;
  if (const std::string flags = missing_flags(fields); !flags.empty()) {
    if (has_card) refuse(file, fmt::format("fields are missing; add them, or give the flags:{}", flags));
    refuse(onnx_file, fmt::format("there is no model card {}; write one, or give the flags:{}",
                                  file.filename().string(), flags));
  }
  ModelCard card;
  card.preprocess.size = *fields.size;
  card.preprocess.crop = *fields.crop;
  card.preprocess.interpolation = interpolation_of(file, *fields.interpolation);
  card.preprocess.mean = three(file, "mean", *fields.mean);
  card.preprocess.std = three(file, "std", *fields.std);
  constexpr int largest = 4096;
  if (*fields.size < 1 || *fields.size > largest) {
    refuse(file, fmt::format("'size' should be from 1 to {}, found {}", largest, *fields.size));
  }
  if (!(*fields.crop > 0 && *fields.crop <= 1)) {
    refuse(file, fmt::format("'crop' should be above 0 and at most 1, found {}", *fields.crop));
  }
  for (float s : card.preprocess.std) {
    if (s == 0) refuse(file, "'std' holds 0");
  }
  card.classes = load_classes(*fields.classes);
  return card;
}

std::vector<ClassName> load_classes(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream) refuse(file, "the classes file cannot be read");
  std::vector<ClassName> classes;
  std::set<std::string> seen;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const std::size_t tab = line.find('\t');
    const std::string id = line.substr(0, tab);
    if (!seen.insert(id).second) refuse(file, fmt::format("class '{}' stands there twice", id));
    classes.push_back({id, tab == std::string::npos ? id : line.substr(tab + 1)});
  }
  if (classes.empty()) refuse(file, "the classes file names no class");
  return classes;
}

}  // namespace yy
