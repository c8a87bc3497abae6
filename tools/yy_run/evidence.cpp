#include "tools/yy_run/evidence.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <limits>

#include "runtime/error.h"
#include "runtime/printable.h"
#include "tools/yy_run/labels.h"
#include "tools/yy_run/output_file.h"
#include "yy/distribution.h"

namespace yy {

Pictures readable_pictures(const ImageList& images, const std::vector<NetworkRun>& runs) {
  Pictures pictures;
  std::string first;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const auto bad =
        std::ranges::find_if(runs, [i](const NetworkRun& run) { return !run.unreadable[i].empty(); });
    if (bad == runs.end()) {
      pictures.push_back(i);
    } else if (first.empty()) {
      first = images.name(i) + ": " + bad->unreadable[i];
    }
  }
  if (!first.empty()) {
    const std::string text = fmt::format(
        "yy-run: {} of {} pictures are left out, since they cannot be read or prepared; the first is {}",
        images.size() - pictures.size(), images.size(), first);
    std::fputs((printable_lines(text) + "\n").c_str(), stderr);
  }
  if (pictures.empty())
    throw Error(ErrorCode::image, "none of the pictures can be read and prepared for all networks");
  return pictures;
}

std::vector<int> truth_of(const ImageList& images, const std::vector<ClassName>& classes,
                          const Pictures& pictures) {
  std::vector<int> truth = labels_of(images, classes);
  const auto is_unlabelled = [&](std::size_t i) { return truth[i] < 0; };
  const auto first = std::ranges::find_if(pictures, is_unlabelled);
  if (first == pictures.end()) return truth;
  throw Error(
      ErrorCode::usage,
      fmt::format(
          "{} of {} pictures lie in no folder that is called like a class; the first is {} (a class is "
          "'{}'). Sort them into folders by class (`calibrate` also takes --reference yang)",
          std::ranges::count_if(pictures, is_unlabelled), pictures.size(), images.name(*first),
          classes[0].id));
}

void combine(std::vector<NetworkRun>& runs, const Stages& stages, Combine how) {
  const std::size_t classes = stages[0]->card().classes.size(), images = runs[0].answers.labels.size();
  const auto row = [&](std::size_t s, std::size_t i) {
    return runs[s].scores.as_mutable<float>().subspan(i * classes, classes);
  };
  if (how == Combine::replace) {
    for (std::size_t s = 0; s < runs.size(); ++s) {
      for (std::size_t i = 0; i < images; ++i) {
        if (!write_distribution(row(s, i), stages[s]->gives_probabilities(), row(s, i)))
          std::ranges::fill(row(s, i), std::numeric_limits<float>::quiet_NaN());
      }
    }
    return;
  }
  for (NetworkRun& run : runs) run.answers.cascade_labels = run.answers.labels;
  Combiner combiner(1, classes, {how, Gate::max_probability, 1, std::vector<double>(runs.size(), 1.0)});
  std::vector<float> answer(classes);
  for (std::size_t i = 0; i < images; ++i) {
    for (std::size_t s = 0; s < runs.size(); ++s) {
      Verdict verdict;
      verdict.label = runs[s].answers.labels[i];
      combiner.answer(0, s, row(s, i), stages[s]->gives_probabilities(), verdict);
      std::ranges::copy(combiner.distribution(), answer.begin());
      combiner.defer(0, s, row(s, i), stages[s]->gives_probabilities());
      runs[s].answers.cascade_labels[i] = verdict.label;
      std::ranges::copy(answer, row(s, i).begin());
    }
  }
}

CalibrationData evidence_of(const std::vector<const NetworkRun*>& runs, const std::vector<int>& truth,
                            const Pictures& pictures) {
  CalibrationData data;
  for (const NetworkRun* run : runs) {
    StageAnswers& stage = data.stages.emplace_back();
    stage.seconds_per_image = run->answers.seconds_per_image;
    for (std::size_t i : pictures) {
      stage.labels.push_back(run->answers.labels[i]);
      stage.confidences.push_back(run->answers.confidences[i]);
    }
    if (run->answers.cascade_labels.empty()) continue;
    for (std::size_t i : pictures) stage.cascade_labels.push_back(run->answers.cascade_labels[i]);
  }
  if (!truth.empty()) {
    for (std::size_t i : pictures) data.truth.push_back(truth[i]);
  }
  return data;
}

PairFile pair_of(const Stages& stages, std::vector<float> thresholds, const RunOptions& options,
                 const ThresholdEffect& effect) {
  PairFile pair;
  for (const auto& stage : stages) {
    const std::filesystem::path file = stage->network().source();
    pair.models.push_back({file, hash_of(file), stage->card().preprocess, hash_of(stage->card().classes)});
  }
  pair.thresholds = std::move(thresholds);
  pair.gate = gate_named(options.gate);
  pair.combine = combine_named(options.combine);
  const PairedCounts& counts = effect.counts;
  const auto share = [&](std::int64_t part) {
    return static_cast<double>(part) / static_cast<double>(counts.images);
  };
  PairFile::Calibration& c = pair.calibration;
  c.precision = name_of(choose_precision(options.precision, stages[0]->network().backend()));
  c.images = counts.images;
  c.deferred_fraction = effect.deferred();
  c.accuracy = effect.accuracy();
  c.accuracy_of_last_stage = share(effect.correct + counts.lost - counts.won);
  return pair;
}

void write_pair(const PairFile& pair, const std::string& file) {
  write_file(file, text_of(pair, file));
}

}  // namespace yy
