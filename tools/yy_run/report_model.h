// A model as `inspect` and `plan` look at it: what the file says, and its model card where one lies beside
// it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "onnx/loader.h"
#include "yy/model_card.h"
#include "yy/network.h"

namespace yy {

struct ReportModel {
  OnnxModel onnx;  // as the file has it, but for the sizes that the card closes
  std::optional<ModelCard> card;
};

// Throws Error (model) with all problems of the file. Height and width that the model leaves open are the
// card's size, or 224 without a card.
ReportModel load_for_report(const std::filesystem::path& file);

// Compiled as the cascade would: channels last in. `batch`: the model's own where it fixes one and none is
// given.
std::shared_ptr<const Program> compile_for_report(const Network& network, std::optional<std::int64_t> batch,
                                                  int threads, Precision precision);

}  // namespace yy
