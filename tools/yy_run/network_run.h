// One network alone over all pictures: what a calibration starts from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/yy_run/image_sources.h"
#include "tools/yy_run/run_options.h"
#include "tools/yy_run/summary.h"
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
  // Core-seconds per picture that was answered; the latter is part of StageAnswers::seconds_per_image.
  double decode_seconds = 0, preprocess_seconds = 0;
  // From the moment a picture's file was opened to its verdict, in milliseconds; zeros where none was
  // answered.
  Percentiles latency;
  std::optional<double> joules;  // per picture that was answered, of the processors (energy.h)
};

// Of `joules`, what decoding takes and what the rest does: in the proportion of their core-seconds. NaN where
// the energy is not known.
double decode_joules(const NetworkRun& run);
double network_joules(const NetworkRun& run);

// Batch, threads, mode, device and precision are those of the options. `StageAnswers::seconds_per_image`
// counts preparing and the network, not decoding. `scores` are kept only
// where they are asked for. Throws Error and Interrupted.
NetworkRun run_network(const std::shared_ptr<const Classifier>& network, const ImageList& images,
                       const RunOptions& options, bool with_scores);

}  // namespace yy
