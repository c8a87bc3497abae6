// What networks answered for the same pictures, brought together for calibrate and search.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/yy_run/image_sources.h"
#include "tools/yy_run/network_run.h"
#include "tools/yy_run/stages.h"
#include "yy/calibration.h"
#include "yy/pair_file.h"

namespace yy {

using Pictures = std::vector<std::size_t>;  // numbers in an ImageList

// Those that could be read and prepared in all runs; says on stderr how many are left out. Throws Error
// (image) where none is left.
Pictures readable_pictures(const ImageList& images, const std::vector<NetworkRun>& runs);

// The class of every picture of the list. Throws Error (usage) where one of `pictures` has none.
std::vector<int> truth_of(const ImageList& images, const std::vector<ClassName>& classes,
                          const Pictures& pictures);

// What the cascade answers where a stage is the last one asked, by stage: fills in
// StageAnswers::cascade_labels unless the last network's answer alone counts, and turns the runs' scores into
// the distributions that the cascade answers with (NaN where there is none).
void combine(std::vector<NetworkRun>& runs, const Stages& stages, Combine how);

// The answers of these runs, in this order, for these pictures only; `truth` may be empty.
CalibrationData evidence_of(const std::vector<const NetworkRun*>& runs, const std::vector<int>& truth,
                            const Pictures& pictures);

// A pair file of these networks and thresholds, with what they do on the pictures that the thresholds were
// chosen on; how they were chosen is for the caller to fill in.
PairFile pair_of(const Stages& stages, std::vector<float> thresholds, const RunOptions& options,
                 const ThresholdEffect& effect);

void write_pair(const PairFile& pair, const std::string& file);  // throws Error (failure)

}  // namespace yy
