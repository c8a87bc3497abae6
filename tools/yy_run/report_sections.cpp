#include "tools/yy_run/report_sections.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "tools/report/html.h"
#include "tools/yy_run/calibration_report.h"
#include "tools/yy_run/figures.h"
#include "tools/yy_run/thumbnails.h"
#include "yy/distribution.h"

namespace yy {
namespace {

constexpr std::size_t most_thumbnails = 12;  // of each kind

std::string class_name(const GalleryContext& context, int label) {
  return label < 0 ? "no answer" : context.classes[static_cast<std::size_t>(label)].name;
}

std::string said(const GalleryContext& context, std::size_t stage, int label, float confidence) {
  std::string text = answer_name(context.names, stage, context.combine) + ": " + class_name(context, label);
  return label < 0 ? text : text + fmt::format(" {:.3f}", confidence);
}

Thumbnail thumbnail(const GalleryContext& context, const Answered& answer, std::string address) {
  Thumbnail shown{std::move(address), context.images.name(answer.picture), {}};
  if (answer.truth >= 0) shown.lines.push_back("is: " + class_name(context, answer.truth));
  shown.lines.push_back(said(context, 0, answer.yin_label, answer.yin_confidence));
  if (answer.stage > 0) {
    const auto stage = static_cast<std::size_t>(answer.stage);
    shown.lines.push_back(said(context, stage, answer.label, answer.confidence));
  } else if (answer.yang_label >= 0 && answer.yang_label != answer.label) {
    shown.lines.push_back(
        fmt::format("{}: {}", context.names.back(), class_name(context, answer.yang_label)));
  }
  return shown;
}

// The first ones of `chosen` that can still be read.
std::string gallery(const GalleryContext& context, const std::string& caption,
                    const std::vector<const Answered*>& chosen) {
  std::vector<Thumbnail> thumbnails;
  for (const Answered* answer : chosen) {
    if (thumbnails.size() == most_thumbnails) break;
    auto address = thumbnail_of(context.images, answer->picture, context.exif_orientation);
    if (address) thumbnails.push_back(thumbnail(context, *answer, std::move(*address)));
  }
  return html_gallery(fmt::format("{} ({} of {})", caption, thumbnails.size(), chosen.size()), thumbnails);
}

// Those that fit, by Yin's confidence; NaN counts as the least.
template <class Fits>
std::vector<const Answered*> sorted_answers(const std::vector<Answered>& answers, bool falling, Fits fits) {
  std::vector<const Answered*> chosen;
  for (const Answered& answer : answers) {
    if (fits(answer)) chosen.push_back(&answer);
  }
  const auto key = [falling](const Answered* answer) {
    const float confidence = std::isnan(answer->yin_confidence) ? -1 : answer->yin_confidence;
    return falling ? -confidence : confidence;
  };
  std::ranges::stable_sort(chosen, {}, key);
  return chosen;
}

std::vector<bool> right_answers(const CalibrationData& data, const std::vector<int>& labels) {
  const std::vector<int>& truth = reference_of(data);
  std::vector<bool> right;
  for (std::size_t i = 0; i < labels.size(); ++i) right.push_back(labels[i] == truth[i]);
  return right;
}

}  // namespace

std::string answer_name(const std::vector<std::string>& names, std::size_t stage, Combine combine) {
  return combine == Combine::mean && stage > 0 ? "the mean up to " + names[stage] : names[stage];
}

std::string galleries(const GalleryContext& context, const std::vector<Answered>& answers) {
  const bool labelled = std::ranges::any_of(answers, [](const Answered& a) { return a.truth >= 0; });
  const bool cascade = context.names.size() > 1;
  std::string html = gallery(context, "Most doubtful for " + context.names.front(),
                             sorted_answers(answers, false, [](const Answered&) { return true; }));
  if (!cascade) return html;
  html += gallery(context, labelled ? "Corrected by asking further" : "Changed by asking further",
                  sorted_answers(answers, true, [labelled](const Answered& a) {
                    return a.stage > 0 && a.label != a.yin_label && (!labelled || a.label == a.truth);
                  }));
  return html + gallery(context, context.names.back() + " was not asked, and would have known",
                        sorted_answers(answers, true, [&](const Answered& a) {
                          const bool was_asked =
                              static_cast<std::size_t>(a.stage) + 1 == context.names.size();
                          return a.truth >= 0 && !was_asked && a.yang_label == a.truth && a.label != a.truth;
                        }));
}

std::string four_ways_table(const CalibrationData& data, const std::vector<std::string>& names) {
  const FourWays ways = four_ways(data);
  const auto images = static_cast<std::int64_t>(data.images());
  Table table({{"right"}, {"pictures", Table::Align::right}, {"share", Table::Align::right}});
  const auto add = [&](const std::string& who, std::int64_t count) {
    const double share = static_cast<double>(count) / static_cast<double>(images);
    table.add({who, fmt::format("{}", count), fmt::format("{:.2f} %", 100 * share)});
  };
  add("both networks", ways.both);
  add("only " + names.front(), ways.only_first);
  add("only " + names.back(), ways.only_last);
  add("neither", ways.neither);
  add("a gate that always knew", images - ways.neither);
  return html_table("Who is right", table);
}

std::string environment_table(const Surroundings& run) {
  Table table({{"what"}, {"found"}});
  for (const auto& [name, value] : environment_of(run)) table.add({name, value});
  return html_table("Where this was measured", table);
}

std::vector<std::string> confidence_figures(const CascadeEvidence& evidence) {
  std::vector<std::string> figures;
  const std::size_t stages = evidence.data.stages.size();
  for (std::size_t s = 0; s < stages; ++s) {
    const StageAnswers& stage = evidence.data.stages[s];
    ConfidenceFigure figure;
    figure.id = fmt::format("{}", s + 1);
    figure.name = evidence.names[s];
    figure.ink = ink_of_stage(s, stages);
    figure.confidences = stage.confidences;
    if (s + 1 < stages) figure.threshold = evidence.thresholds[s];
    // Without labels the last network is right by definition.
    if (!evidence.data.truth.empty() || s + 1 < stages)
      figure.right = right_answers(evidence.data, stage.labels);
    if (evidence.data.truth.empty()) {
      figure.right_name = "as the last network";
      figure.wrong_name = "not as the last network";
    }
    figures.push_back(confidence_figure(figure));
  }
  return figures;
}

std::vector<std::string> reliability_figures(const CascadeEvidence& evidence) {
  std::vector<std::string> figures;
  const std::size_t stages = evidence.data.stages.size();
  for (std::size_t s = 0; s < stages; ++s) {
    const StageAnswers& stage = evidence.data.stages[s];
    if (evidence.data.truth.empty() && s + 1 == stages) continue;
    ReliabilityFigure figure;
    figure.id = fmt::format("{}", s + 1);
    figure.name = answer_name(evidence.names, s, evidence.combine);
    figure.ink = ink_of_stage(s, stages);
    figure.right = right_answers(evidence.data, cascade_labels_of(stage));
    const Tensor& scores = evidence.runs[s]->scores;
    const auto classes = static_cast<std::size_t>(scores.desc().shape[1]);
    if (!evidence.temperatures.empty()) figure.temperature = evidence.temperatures[s];
    for (std::size_t i : evidence.pictures) {
      const std::span<const float> row = scores.as<float>().subspan(i * classes, classes);
      const bool is_sound = !std::isnan(row[0]);
      figure.told.push_back(is_sound ? tempered_largest(row, 1) : std::nanf(""));
      if (evidence.temperatures.empty()) continue;
      figure.tempered.push_back(is_sound ? tempered_largest(row, figure.temperature) : std::nanf(""));
    }
    figures.push_back(reliability_figure(figure));
  }
  return figures;
}

std::vector<Answered> answers_of(const CascadeEvidence& evidence) {
  const std::vector<StageAnswers>& stages = evidence.data.stages;
  std::vector<Answered> answers;
  for (std::size_t i = 0; i < evidence.pictures.size(); ++i) {
    std::size_t s = 0;
    while (s + 1 < stages.size() && !(stages[s].confidences[i] > evidence.thresholds[s])) ++s;
    Answered& answer = answers.emplace_back();
    answer.picture = evidence.pictures[i];
    if (!evidence.data.truth.empty()) answer.truth = evidence.data.truth[i];
    answer.yin_label = stages[0].labels[i];
    answer.yin_confidence = stages[0].confidences[i];
    answer.label = cascade_labels_of(stages[s])[i];
    answer.confidence = stages[s].confidences[i];
    if (evidence.combine == Combine::mean && s > 0 && answer.label >= 0) {
      const Tensor& scores = evidence.runs[s]->scores;
      const auto classes = static_cast<std::size_t>(scores.desc().shape[1]);
      answer.confidence =
          likeliest_of(scores.as<float>().subspan(answer.picture * classes, classes), evidence.gate)
              .confidence;
    }
    answer.stage = static_cast<int>(s);
    answer.yang_label = stages.back().labels[i];
  }
  return answers;
}

}  // namespace yy
