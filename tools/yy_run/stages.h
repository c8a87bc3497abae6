// The networks of a run, loaded.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/yy_run/run_options.h"
#include "yy/classifier.h"

namespace yy {

using Stages = std::vector<std::shared_ptr<const Classifier>>;

// Throws Error: model where one cannot be used, usage where --topk exceeds the classes; and Interrupted.
Stages load_stages(const RunOptions& options);
Stages load_stages(const std::vector<std::string>& models, const RunOptions& options);

std::vector<std::string> names_of(const Stages& stages);

// The thresholds as given, one for each gate.
std::vector<double> thresholds_of(const RunOptions& options);

}  // namespace yy
