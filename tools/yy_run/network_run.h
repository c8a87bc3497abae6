// One network alone over all pictures: what a calibration starts from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/yy_run/image_sources.h"
#include "tools/yy_run/run_options.h"
#include "yy/calibration.h"
#include "yy/classifier.h"

namespace yy {

struct NetworkRun {
  // By picture; label -1 and confidence NaN where the scores were not numbers or the picture could not be
  // read.
  StageAnswers answers;
  std::vector<std::string> unreadable;  // by picture: why; else empty
  Tensor scores;                        // [pictures, classes]; NaN for pictures that could not be read
  std::size_t weights_bytes = 0, arena_bytes = 0;
  // Core-seconds per picture that was answered.
  double decode_seconds = 0;
};

// Batch, threads, mode, device and precision are those of the options. `StageAnswers::seconds_per_image`
// counts preparing and the network, not decoding. `scores` are kept only
// where they are asked for. Throws Error and Interrupted.
NetworkRun run_network(const std::shared_ptr<const Classifier>& network, const ImageList& images,
                       const RunOptions& options, bool with_scores);

}  // namespace yy
