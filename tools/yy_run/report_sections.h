// The parts of an HTML report that run, calibrate and search share.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/yy_run/environment.h"
#include "tools/yy_run/evidence.h"
#include "yy/calibration.h"
#include "yy/model_card.h"

namespace yy {

// A picture with what a cascade said of it. Labels: -1 where there is none.
struct Answered {
  std::size_t picture = 0;  // number in the list
  int truth = -1;
  int yin_label = -1;
  float yin_confidence = 0;
  int label = -1;  // of the cascade
  float confidence = 0;
  int stage = 0;
  int yang_label = -1;  // of the last network alone, where it was asked about every picture
};

struct GalleryContext {
  const ImageList& images;
  const std::vector<ClassName>& classes;
  const std::vector<std::string>& names;  // of the networks
  Combine combine = Combine::replace;
  bool exif_orientation = false;
};

// Who answers where stage `stage` is the last one asked.
std::string answer_name(const std::vector<std::string>& names, std::size_t stage, Combine combine);

// Thumbnails of the pictures that Yin doubted most, of those where asking further changed the answer (to the
// right one, where that is known), and of those where not asking Yang lost it.
std::string galleries(const GalleryContext& context, const std::vector<Answered>& answers);

std::string four_ways_table(const CalibrationData& data, const std::vector<std::string>& names);
std::string environment_table(const Surroundings& run);

// The networks of a cascade on pictures that all of them answered.
struct CascadeEvidence {
  const std::vector<std::string>& names;
  const CalibrationData& data;
  const Pictures& pictures;                    // the rows of `data`: numbers in the list
  std::vector<float> thresholds;               // one per gate
  const std::vector<const NetworkRun*>& runs;  // by stage, of all pictures, with distributions (evidence.h)
  std::vector<double> temperatures;            // by stage; empty: none were fitted
  Combine combine = Combine::replace;
  Gate gate = Gate::max_probability;
};

std::vector<std::string> confidence_figures(const CascadeEvidence& evidence);
std::vector<std::string> reliability_figures(const CascadeEvidence& evidence);
std::vector<Answered> answers_of(const CascadeEvidence& evidence);

}  // namespace yy
