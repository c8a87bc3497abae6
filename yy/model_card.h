// The model card: what a network needs to know that its ONNX file does not say. It is a sidecar NAME.json
// beside NAME.onnx:
//
//   {"preprocess": {"size": 224, "crop": 0.875, "interpolation": "bilinear",
//                   "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]},
//    "classes": "imagenet-classes.txt"}
//
// `classes` names a text file, relative to the card: one line per class, an identifier, and after a tab a
// name for people. docs/model-card.md tells the fields.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/preprocess.h"

namespace yy {

struct ClassName {
  std::string id;    // what labelled folders are called
  std::string name;  // for people; the id again where the file gives none
  bool operator==(const ClassName&) const = default;
};

struct ModelCard {
  Preprocess preprocess;
  std::vector<ClassName> classes;
};

// Values that replace a card's, or the whole card where all are given.
struct CardOverrides {
  std::optional<int> size;
  std::optional<double> crop;
  std::optional<std::string> interpolation;
  std::optional<std::vector<float>> mean, std;  // 3 numbers, or 1 for all channels
  std::optional<std::filesystem::path> classes;
};

// Reads the card of `onnx_file`. Throws Error (model) naming the file and the field; where there is no card
// and the overrides do not make one, the message lists what is missing as the flags of yy-run.
ModelCard load_card(const std::filesystem::path& onnx_file, const CardOverrides& overrides = {});

std::vector<ClassName> load_classes(const std::filesystem::path& file);

}  // namespace yy
