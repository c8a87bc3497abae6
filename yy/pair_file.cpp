#include "yy/pair_file.h"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/error.h"
#include "yy/sha256.h"
#include "yy/temperature.h"

namespace yy {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int schema = 1;
constexpr std::uintmax_t most_bytes = 1 << 20;  // of a pair file
constexpr std::size_t most_models = 16;

const char* name_of(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::none:
      return "none";
    case Interpolation::bilinear:
      return "bilinear";
    case Interpolation::bicubic:
      break;
  }
  return "bicubic";
}

// A JSON object being read, which knows where it lies.
class Fields {
 public:
  Fields(const fs::path& file, std::string place, const Json& object)
      : file_(file), place_(std::move(place)), object_(object) {
    if (!object_.is_object()) refuse("should be an object", object_);
  }

  bool has(const char* name) const { return object_.contains(name); }

  Fields object(const char* name) const { return {file_, path_of(name), find(name)}; }

  std::vector<Fields> objects(const char* name, std::size_t least, std::size_t most) const {
    const Json& list = find(name);
    if (!list.is_array() || list.size() < least || list.size() > most) {
      throw error(name, fmt::format("should be a list of {} to {} entries", least, most), list);
    }
    std::vector<Fields> all;
    for (std::size_t i = 0; i < list.size(); ++i) {
      all.emplace_back(file_, fmt::format("{}[{}]", path_of(name), i), list[i]);
    }
    return all;
  }

  std::string text(const char* name) const {
    const Json& value = find(name);
    if (!value.is_string()) throw error(name, "should be a text", value);
    return value.get<std::string>();
  }

  std::string one_of(const char* name, std::initializer_list<const char*> words) const {
    const std::string value = text(name);
    std::string known;
    for (const char* word : words) {
      if (value == word) return value;
      known += (known.empty() ? "" : ", ") + std::string(word);
    }
    throw error(name, "should be one of " + known, find(name));
  }

  double number(const char* name, double least, double most) const {
    const Json& value = find(name);
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() <= most)) {
      throw error(name, fmt::format("should be a number from {} to {}", least, most), value);
    }
    return value.get<double>();
  }

  std::array<float, 3> three(const char* name) const {
    const Json& list = find(name);
    if (!list.is_array() || list.size() != 3) throw error(name, "should be a list of 3 numbers", list);
    std::array<float, 3> values{};
    for (std::size_t i = 0; i < 3; ++i) {
      if (!list[i].is_number() || !std::isfinite(list[i].get<float>())) {
        throw error(name, "should be a list of 3 numbers", list);
      }
      values[i] = list[i].get<float>();
    }
    return values;
  }

  std::string hash(const char* name) const {
    const std::string value = text(name);
    if (value.size() == 64 && value.find_first_not_of("0123456789abcdef") == std::string::npos) return value;
    throw error(name, "should be 64 hexadecimal digits", find(name));
  }

 private:
  std::string path_of(const char* name) const { return place_.empty() ? name : place_ + "." + name; }

  const Json& find(const char* name) const {
    const auto found = object_.find(name);
    if (found != object_.end()) return *found;
    throw Error(ErrorCode::model, fmt::format("{}: '{}' is missing", file_.string(), path_of(name)));
  }

  Error error(const char* name, const std::string& expected, const Json& found) const {
    std::string shown = found.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
    return Error(ErrorCode::model,
                 fmt::format("{}: '{}' {}, found {}", file_.string(), path_of(name), expected, shown));
  }

  [[noreturn]] void refuse(const std::string& expected, const Json& found) const {
    throw Error(ErrorCode::model,
                fmt::format("{}: {} {}, found {}", file_.string(), place_.empty() ? "it" : "'" + place_ + "'",
                            expected, found.type_name()));
  }

  const fs::path& file_;
  std::string place_;
  const Json& object_;
};

PairFile::Model read_model(const fs::path& file, const Fields& fields) {
  PairFile::Model model;
  model.file = file.parent_path() / fields.text("file");
  model.sha256 = fields.hash("sha256");
  const Fields card = fields.object("preprocess");
  model.preprocess.size = static_cast<int>(card.number("size", 1, 4096));
  model.preprocess.crop = card.number("crop", 1e-6, 1);
  const std::string interpolation = card.one_of("interpolation", {"none", "bilinear", "bicubic"});
  model.preprocess.interpolation = interpolation == "none"       ? Interpolation::none
                                   : interpolation == "bilinear" ? Interpolation::bilinear
                                                                 : Interpolation::bicubic;
  model.preprocess.mean = card.three("mean");
  model.preprocess.std = card.three("std");
  model.classes_sha256 = fields.hash("classes_sha256");
  // Files from before there were temperatures have none.
  if (fields.has("temperature"))
    model.temperature = fields.number("temperature", least_temperature, largest_temperature);
  return model;
}

PairFile::Calibration read_calibration(const Fields& fields) {
  PairFile::Calibration calibration;
  constexpr double largest_count = 1e15;  // double counts exactly
  calibration.target = fields.one_of("target", {"loss", "defer", "latency"});
  calibration.value = fields.number("value", 0, 1e6);
  calibration.method = fields.one_of("method", {"bound", "empirical"});
  calibration.reference = fields.one_of("reference", {"labels", "yang"});
  calibration.precision = fields.one_of("precision", {"f32", "f16", "bf16"});
  calibration.confidence = fields.number("confidence", 0, 1);
  calibration.bound = fields.number("bound", -1, 1);
  calibration.images = static_cast<std::int64_t>(fields.number("images", 1, largest_count));
  calibration.split = fields.number("split", 0, 1);
  calibration.seed = static_cast<std::uint64_t>(fields.number("seed", 0, largest_count));
  calibration.deferred_fraction = fields.number("deferred_fraction", 0, 1);
  calibration.accuracy = fields.number("accuracy", 0, 1);
  calibration.accuracy_of_last_stage = fields.number("accuracy_of_last_stage", 0, 1);
  return calibration;
}

Json json_of(const PairFile::Model& model, const fs::path& folder) {
  const fs::path relative = fs::proximate(fs::absolute(model.file), folder);
  const Preprocess& how = model.preprocess;
  return {{"file", relative.generic_string()},
          {"sha256", model.sha256},
          {"preprocess",
           {{"size", how.size},
            {"crop", how.crop},
            {"interpolation", name_of(how.interpolation)},
            {"mean", how.mean},
            {"std", how.std}}},
          {"classes_sha256", model.classes_sha256},
          {"temperature", model.temperature}};
}

}  // namespace

PairFile read_pair_file(const fs::path& file) {
  std::error_code problem;
  const std::uintmax_t bytes = fs::file_size(file, problem);
  std::ifstream stream(file);
  if (problem || !stream)
    throw Error(ErrorCode::model, fmt::format("{}: the pair file cannot be read", file.string()));
  if (bytes > most_bytes) {
    throw Error(ErrorCode::model, fmt::format("{}: a pair file has at most {} bytes, this one has {}",
                                              file.string(), most_bytes, bytes));
  }
  const Json json = Json::parse(stream, nullptr, false);
  if (json.is_discarded()) throw Error(ErrorCode::model, fmt::format("{}: it is not JSON", file.string()));
  const Fields fields(file, "", json);
  if (const double version = fields.number("yin_yang_pair", 1, 1e6); version != schema) {
    throw Error(ErrorCode::model, fmt::format("{}: it has version {}, this program reads version {}",
                                              file.string(), version, schema));
  }
  PairFile pair;
  pair.combine = combine_named(fields.one_of("combine", {"replace", "mean"}));
  pair.gate = gate_named(fields.one_of("gate", {"maxprob", "margin", "entropy"}));
  for (const Fields& model : fields.objects("models", 2, most_models))
    pair.models.push_back(read_model(file, model));
  const std::size_t gates = pair.models.size() - 1;
  for (const Fields& gate : fields.objects("thresholds", gates, gates)) {
    pair.thresholds.push_back(static_cast<float>(std::exp(-gate.number("minus_log", 0, 1e6))));
  }
  pair.calibration = read_calibration(fields.object("calibration"));
  return pair;
}

std::string text_of(const PairFile& pair, const fs::path& file) {
  Json json;
  json["yin_yang_pair"] = schema;
  const fs::path folder = fs::absolute(file).parent_path();
  for (const PairFile::Model& model : pair.models) json["models"].push_back(json_of(model, folder));
  json["gate"] = name_of(pair.gate);
  json["combine"] = name_of(pair.combine);
  for (float threshold : pair.thresholds) {
    // exp(-1000) is 0 in float, and infinity is not in JSON.
    const double minus_log = threshold > 0 ? -std::log(static_cast<double>(threshold)) : 1000;
    json["thresholds"].push_back({{"minus_log", std::max(minus_log, 0.0)}, {"about", threshold}});
  }
  const PairFile::Calibration& c = pair.calibration;
  json["calibration"] = {{"target", c.target},
                         {"value", c.value},
                         {"method", c.method},
                         {"reference", c.reference},
                         {"precision", c.precision},
                         {"confidence", c.confidence},
                         {"bound", c.bound},
                         {"images", c.images},
                         {"split", c.split},
                         {"seed", c.seed},
                         {"deferred_fraction", c.deferred_fraction},
                         {"accuracy", c.accuracy},
                         {"accuracy_of_last_stage", c.accuracy_of_last_stage}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void check_model(const PairFile::Model& model) {
  const std::string found = hash_of(model.file);
  if (found == model.sha256) return;
  throw Error(
      ErrorCode::model,
      fmt::format("{}: this is not the network that was calibrated: its SHA-256 should be {}, found {}; "
                  "calibrate again",
                  model.file.string(), model.sha256, found));
}

void check_classes(const PairFile::Model& model, const std::vector<ClassName>& classes) {
  if (hash_of(classes) == model.classes_sha256) return;
  throw Error(ErrorCode::model,
              fmt::format("{}: its class list is not the one that was calibrated; calibrate again",
                          model.file.string()));
}

std::string hash_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(ErrorCode::model, fmt::format("{}: the file cannot be read", file.string()));
  Sha256 hash;
  std::vector<char> piece(std::size_t{1} << 16);
  while (stream.read(piece.data(), std::ssize(piece)) || stream.gcount() > 0) {
    hash.add({piece.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (stream.bad()) throw Error(ErrorCode::model, fmt::format("{}: the file cannot be read", file.string()));
  return hash.hex();
}

std::string hash_of(const std::vector<ClassName>& classes) {
  Sha256 hash;
  for (const ClassName& c : classes) hash.add(c.id + "\n");
  return hash.hex();
}

CardOverrides overrides_of(const Preprocess& preprocess) {
  CardOverrides card;
  card.size = preprocess.size;
  card.crop = preprocess.crop;
  card.interpolation = name_of(preprocess.interpolation);
  card.mean.emplace(preprocess.mean.begin(), preprocess.mean.end());
  card.std.emplace(preprocess.std.begin(), preprocess.std.end());
  return card;
}

}  // namespace yy
