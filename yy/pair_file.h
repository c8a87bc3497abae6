// The pair file NAME.yy.json: a cascade that somebody calibrated. It names the networks by relative path and
// SHA-256, their preprocessing, the thresholds, and what was promised on which sample. Nothing in it depends
// on a machine. docs/calibration.md tells the fields. It is read as untrusted input.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image/preprocess.h"
#include "ops/probe.h"
#include "yy/combine.h"
#include "yy/model_card.h"

namespace yy {

struct PairFile {
  struct Model {
    std::filesystem::path file;  // absolute, or relative to the working directory; to the pair file within it
    std::string sha256;          // of the ONNX file
    Preprocess preprocess;
    std::string classes_sha256;  // of the class list, see hash_of
    double temperature = 1;      // of the answers that this network is the last one asked for
  };
  // How the thresholds were chosen, and what was seen on the sample.
  struct Calibration {
    std::string target;     // "loss", "defer" or "latency"
    double value = 0;       // fractions; seconds
    std::string method;     // "bound" or "empirical"
    std::string reference;  // "labels" or "yang"
    std::string precision;  // that the networks ran in
    double confidence = 0;
    double bound = 1;                                 // on the loss, a fraction
    std::int64_t images = 0;                          // that the threshold was chosen on
    double split = 1;                                 // which fraction that was of all there were,
    std::uint64_t seed = 0;                           // drawn with this seed
    double deferred_fraction = 0;                     // expected of a run
    double accuracy = 0, accuracy_of_last_stage = 0;  // by the reference
  };

  std::vector<Model> models;      // Yin first
  std::vector<float> thresholds;  // one per gate
  Gate gate = Gate::max_probability;
  Combine combine = Combine::replace;
  Calibration calibration;
};

// Throws Error (model) naming the file, the field, what was expected and what was found.
PairFile read_pair_file(const std::filesystem::path& file);

// The text of the pair file that will lie at `file`. A threshold is written as -log T in double, since
// thresholds near 1 print alike; reading gives back the same float.
std::string text_of(const PairFile& pair, const std::filesystem::path& file);

// Throws Error (model) where a network's file, or its class list, is not the one that was calibrated.
void check_model(const PairFile::Model& model);
void check_classes(const PairFile::Model& model, const std::vector<ClassName>& classes);

// SHA-256 as 64 hexadecimal digits: of a file's bytes (throws Error (model)), and of a class list, one
// identifier a line.
std::string hash_of(const std::filesystem::path& file);
std::string hash_of(const std::vector<ClassName>& classes);

// The overrides that make a card of this preprocessing.
CardOverrides overrides_of(const Preprocess& preprocess);

}  // namespace yy
