#include "tools/yy_run/answer_store.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/error.h"
#include "tools/yy_run/interrupt.h"
#include "tools/yy_run/npy.h"
#include "tools/yy_run/output_file.h"
#include "yy/pair_file.h"

namespace yy {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// The list and the bytes of all pictures, as a hash of hashes.
std::string hash_of_pictures(const ImageList& images) {
  std::vector<ClassName> lines;
  std::string path;
  for (std::size_t i = 0; i < images.size(); ++i) {
    stop_if_interrupted();
    images.write_path(i, path);
    std::string hash = "unreadable";
    try {
      hash = hash_of(fs::path(path));
    } catch (const Error&) {  // the run itself says which pictures cannot be read
    }
    lines.push_back({images.name(i) + "\t" + hash, ""});
  }
  return hash_of(lines);
}

void write_npy(const fs::path& file, const Tensor& tensor) {
  OutputFile out(file.string(), OutputFile::Leftover::remove);
  out.write(npy_header(tensor.desc()));
  out.write({static_cast<const char*>(tensor.data()), tensor.desc().bytes()});
  out.commit();
}

// The class of the largest score, the first of equals; -1 where one is not a number.
int label_of(std::span<const float> scores) {
  if (std::ranges::any_of(scores, [](float score) { return std::isnan(score); })) return -1;
  return static_cast<int>(std::ranges::max_element(scores) - scores.begin());
}

}  // namespace

AnswerStore::AnswerStore(fs::path folder, const ImageList& images, const RunOptions& options)
    : folder_(std::move(folder)), images_(images) {
  std::error_code problem;
  fs::create_directories(folder_, problem);
  if (problem) {
    throw Error(ErrorCode::failure,
                fmt::format("folder '{}' cannot be made: {}", folder_.string(), problem.message()));
  }
  run_ = fmt::format("pictures {}, mode {}, batch {}, threads {}, device {}, precision {}, gate {}, exif {}",
                     hash_of_pictures(images), options.mode, options.batch.value_or(0), options.threads,
                     options.device.name, options.precision, options.gate, options.exif);
  if (!options.device.tuning_file.empty()) run_ += ", tuned";  // other kernels round differently
}

fs::path AnswerStore::file(const Classifier& network, const char* ending) const {
  return folder_ / (network.name() + ending);
}

std::string AnswerStore::key_of(const Classifier& network) const {
  const Preprocess& how = network.card().preprocess;
  return fmt::format(
      "network {}, classes {}, size {}, crop {}, interpolation {}, mean {} {} {}, std {} {} {}, {}",
      hash_of(fs::path(network.network().source())), hash_of(network.card().classes), how.size, how.crop,
      static_cast<int>(how.interpolation), how.mean[0], how.mean[1], how.mean[2], how.std[0], how.std[1],
      how.std[2], run_);
}

std::optional<NetworkRun> AnswerStore::find(const Classifier& network) const {
  std::ifstream stream(file(network, ".json"));
  const Json json = Json::parse(stream, nullptr, false);
  if (json.is_discarded() || !json.is_object() || json.value("key", "") != key_of(network))
    return std::nullopt;
  try {
    NetworkRun run;
    run.answers.seconds_per_image = json.at("seconds_per_image");
    run.decode_seconds = json.at("decode_seconds");
    run.preprocess_seconds = json.at("preprocess_seconds");
    const Json& latency = json.at("latency_ms");
    run.latency = {latency.at("mean"), latency.at("p50"), latency.at("p90"), latency.at("p99")};
    if (!json.at("joules").is_null()) run.joules = json.at("joules").get<double>();
    run.weights_bytes = json.at("weights_bytes");
    run.arena_bytes = json.at("arena_bytes");
    run.unreadable = json.at("unreadable").get<std::vector<std::string>>();
    run.scores = read_npy(file(network, ".scores.npy"));
    const Tensor confidences = read_npy(file(network, ".confidences.npy"));
    const auto images = static_cast<std::int64_t>(images_.size());
    const auto classes = static_cast<std::int64_t>(network.card().classes.size());
    if (run.scores.desc().shape != Shape{images, classes} || run.scores.desc().dtype != DType::f32 ||
        confidences.desc().shape != Shape{images} || confidences.desc().dtype != DType::f32 ||
        run.unreadable.size() != images_.size()) {
      return std::nullopt;
    }
    const std::span<const float> values = confidences.as<float>(), scores = run.scores.as<float>();
    run.answers.confidences.assign(values.begin(), values.end());
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const auto width = static_cast<std::size_t>(classes);
      run.answers.labels.push_back(label_of(scores.subspan(i * width, width)));
    }
    return run;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

void AnswerStore::keep(const Classifier& network, const NetworkRun& run) const {
  Tensor confidences({Shape{static_cast<std::int64_t>(images_.size())}, DType::f32, Layout::row_major});
  std::ranges::copy(run.answers.confidences, confidences.as_mutable<float>().begin());
  // The description goes first and comes back last: what is half written has none that fits.
  std::error_code ignored;
  fs::remove(file(network, ".json"), ignored);
  write_npy(file(network, ".scores.npy"), run.scores);
  write_npy(file(network, ".confidences.npy"), confidences);
  const Json json{{"key", key_of(network)},
                  {"seconds_per_image", run.answers.seconds_per_image},
                  {"decode_seconds", run.decode_seconds},
                  {"preprocess_seconds", run.preprocess_seconds},
                  {"latency_ms",
                   {{"mean", run.latency.mean},
                    {"p50", run.latency.p50},
                    {"p90", run.latency.p90},
                    {"p99", run.latency.p99}}},
                  {"joules", run.joules ? Json(*run.joules) : Json(nullptr)},
                  {"weights_bytes", run.weights_bytes},
                  {"arena_bytes", run.arena_bytes},
                  {"unreadable", run.unreadable}};
  write_file(file(network, ".json").string(),
             json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace yy
