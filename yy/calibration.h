// Chooses the threshold of a cascade from what each stage answers on its own for the same pictures. All gates
// share one threshold.
//
// Lowering the threshold saves time and may lose accuracy against the last stage. Method `bound` walks down
// from "defer everything" along a fixed list of thresholds and stops at the first for which the sample does
// not show that the loss is below the target (fixed-sequence testing: A. N. Angelopoulos et al., "Learn then
// Test", 2021). Whatever the sample, the true loss of the result then exceeds the target with at most
// probability 1 - confidence. Method `empirical` takes the threshold that defers least among those whose loss
// on the sample is within the target, and promises nothing.
//
// Pure functions; thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "yy/loss_bound.h"

namespace yy {

// What one stage answers, picture by picture.
struct StageAnswers {
  std::vector<int> labels;
  std::vector<float> confidences;  // as the cascade compares them
  double seconds_per_image = 0;    // 0: not measured
  // What the cascade answers where this stage is the last one asked; empty: the same. Differs where answers
  // are combined (yy/combine.h).
  std::vector<int> cascade_labels = {};
};

struct CalibrationData {
  std::vector<StageAnswers> stages;  // Yin first; at least two, all of the same pictures
  // What is right for each picture. Empty: the last stage's answers are.
  std::vector<int> truth;

  std::size_t images() const { return stages.at(0).labels.size(); }
};

enum class CalibrationMethod { bound, empirical };

struct CalibrationTarget {
  enum class Kind {
    loss,     // largest accuracy loss against the last stage, a fraction
    defer,    // largest fraction of pictures that Yin does not answer
    latency,  // largest mean seconds per picture, as the stages' seconds add up
  } kind = Kind::loss;
  double value = 0.005;
};

struct CalibrationOptions {
  CalibrationTarget target;
  CalibrationMethod method = CalibrationMethod::bound;
  double confidence = 0.95;
  std::size_t classes = 1000;  // the least confidence that there can be is 1 / classes
};

// What a threshold does on the pictures.
struct ThresholdEffect {
  float threshold = 1;
  PairedCounts counts;             // against the last stage
  std::int64_t correct = 0;        // by the truth
  std::vector<std::int64_t> seen;  // by stage: how many pictures it gets; seen[0] is all
  double seconds_per_image = 0;

  double deferred() const;  // fraction that Yin does not answer
  double accuracy() const;
  double loss() const;  // on these pictures; negative where the cascade is better
};

struct Calibration {
  ThresholdEffect chosen;
  // Upper confidence bound on the loss of the chosen threshold; for method `bound` and target `loss` never
  // above the target.
  double bound = 1;
  // Target `loss`, method `bound`: false where nothing but deferring every picture could be shown to be
  // within the target (or not even that, where answers are combined).
  bool saves = true;
  // Where it does not save: how many pictures, answered in the same shares, would let the last stage skip a
  // tenth of them; 0 where a hundred times as many would not.
  std::int64_t enough_images = 0;
  std::vector<ThresholdEffect> curve;  // every threshold that was looked at, highest first
};

// What is right for each picture: the truth, or the last stage's answers.
const std::vector<int>& reference_of(const CalibrationData& data);

// How often the stage is right by that, alone.
double accuracy_of(const CalibrationData& data, std::size_t stage);

// What the cascade answers where this stage is the last one asked.
const std::vector<int>& cascade_labels_of(const StageAnswers& stage);

// Whether the cascade's answers are not those of single stages.
bool is_combined(const CalibrationData& data);

// The effect of one threshold for all gates, or of one for each (`ThresholdEffect::threshold` is then the
// first). Throws Error (usage) where the lengths differ or there is no picture.
ThresholdEffect effect_of(const CalibrationData& data, float threshold);
ThresholdEffect effect_of(const CalibrationData& data, const std::vector<float>& thresholds);

// Throws Error (usage) where the data do not fit together, there is no picture, or no threshold meets the
// target.
Calibration calibrate(const CalibrationData& data, const CalibrationOptions& options);

// The thresholds that method `bound` walks along, from 1 (defers everything) to 0 (nothing): evenly spaced
// logarithms of -log T, sixteen to a factor of e, as far as float can tell them apart.
std::vector<float> threshold_sequence(std::size_t classes);

}  // namespace yy
