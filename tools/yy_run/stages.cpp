#include "tools/yy_run/stages.h"

#include <filesystem>
#include <fmt/format.h>

#include "runtime/error.h"
#include "tools/device_option.h"
#include "tools/yy_run/interrupt.h"

namespace yy {

Stages load_stages(const RunOptions& options) {
  return load_stages(options.models(), options);
}

Stages load_stages(const std::vector<std::string>& models, const RunOptions& options) {
  const std::shared_ptr<const Backend> backend = open_named_device(options.device);
  Stages stages;
  for (std::size_t s = 0; s < models.size(); ++s) {
    const std::string& model = models[s];
    stop_if_interrupted();
    std::error_code ignored;
    if (!std::filesystem::exists(model, ignored)) {
      throw Error(ErrorCode::model, fmt::format("{}: there is no such file", model));
    }
    CardOverrides card = options.card;
    if (options.pair_file) {
      check_model(options.pair_file->models[s]);
      card = overrides_of(options.pair_file->models[s].preprocess);
      card.classes = options.card.classes;
    }
    stages.push_back(std::make_shared<Classifier>(model, card, backend));
    if (options.pair_file) check_classes(options.pair_file->models[s], stages.back()->card().classes);
  }
  const std::size_t classes = stages[0]->card().classes.size();
  if (static_cast<std::size_t>(options.topk) > classes) {
    throw Error(ErrorCode::usage,
                fmt::format("--topk should be at most {}, the number of classes of '{}'; found {}", classes,
                            stages[0]->name(), options.topk));
  }
  return stages;
}

std::vector<std::string> names_of(const Stages& stages) {
  std::vector<std::string> names;
  for (const auto& stage : stages) names.push_back(stage->name());
  return names;
}

std::vector<double> thresholds_of(const RunOptions& options) {
  const std::size_t gates = options.models().size() - 1;
  if (options.thresholds.size() == gates) return options.thresholds;
  return std::vector<double>(gates, options.thresholds.at(0));
}

}  // namespace yy
