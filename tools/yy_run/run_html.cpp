#include "tools/yy_run/run_html.h"

#include <algorithm>
#include <fmt/format.h>

#include "tools/report/html.h"
#include "tools/yy_run/figures.h"
#include "tools/yy_run/lower_thresholds.h"

namespace yy {
namespace {

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

std::string tiles_of(const RunPage& page) {
  const Summary& summary = page.summary;
  std::vector<Tile> tiles{
      {"pictures", fmt::format("{}", summary.images),
       summary.failed > 0 ? fmt::format("{} of them failed", summary.failed) : ""},
      {"images/s", fmt::format("{:.1f}", ratio(static_cast<double>(summary.images), summary.wall_seconds)),
       fmt::format("{:.2f} s in all", summary.wall_seconds)}};
  if (summary.names.size() > 1) {
    tiles.push_back({"deferred", percent(summary.deferred_fraction()),
                     page.pair ? "calibrated: " + percent(page.pair->calibration.deferred_fraction) : ""});
  }
  if (summary.labelled > 0) {
    tiles.push_back(
        {"top-1", percent(ratio(static_cast<double>(summary.correct), static_cast<double>(summary.labelled))),
         fmt::format("{} of {} labelled pictures", summary.correct, summary.labelled)});
  }
  if (!summary.latencies.empty()) {
    const Percentiles p = percentiles(summary.latencies);
    tiles.push_back({"latency p50", fmt::format("{:.2f} ms", p.p50),
                     fmt::format("p90 {:.2f}, p99 {:.2f}", p.p90, p.p99)});
  }
  if (summary.joules) {
    tiles.push_back({"energy",
                     fmt::format("{:.3f} J", ratio(*summary.joules, static_cast<double>(summary.images))),
                     "per picture, of the processors"});
  }
  return html_tiles(tiles);
}

std::string drift_of(const RunPage& page) {
  if (!page.pair || !page.summary.has_drifted()) return "";
  return html_paragraph(
      "The fraction that was deferred differs from the calibrated one by more than chance: these are other "
      "pictures than those, and what was promised for those may not hold.");
}

// Seconds per picture, of one worker.
struct Costs {
  double decode, preprocess, first, beyond;
};

Costs costs_of(const Summary& summary) {
  const auto images = static_cast<double>(summary.seen_by_yin);
  double beyond = 0;
  for (std::size_t s = 1; s < summary.stage_seconds.size(); ++s) beyond += summary.stage_seconds[s];
  return {ratio(summary.decode_seconds, images), ratio(summary.preprocess_seconds, images),
          ratio(summary.stage_seconds[0], images), ratio(beyond, images)};
}

std::vector<std::string> accuracy_figures(const RunPage& page, const std::vector<Answered>& answers) {
  const Summary& summary = page.summary;
  if (summary.names.size() < 2 || summary.labelled == 0) return {};
  // Preparing is not told apart by stage; all of it counts for every picture.
  const Costs costs = costs_of(summary);
  const double deferred = summary.deferred_fraction();
  DeferralFigure figure;
  figure.curve =
      lower_thresholds(answers, summary.thresholds[0], costs.decode + costs.preprocess + costs.first,
                       ratio(costs.beyond, deferred));
  figure.chosen = figure.curve.front();
  figure.yin = summary.names.front();
  figure.yang = summary.names.back();
  SpeedFigure speed;
  speed.speed = "images per second and worker";
  for (const CurvePoint& point : figure.curve) {
    speed.curve.push_back(
        {fmt::format("threshold {:.6g}", point.threshold), 1 / point.seconds, point.accuracy});
  }
  speed.networks = {{summary.names.front(), 1 / figure.curve.back().seconds, figure.curve.back().accuracy}};
  speed.chosen = {{"this run", 1 / figure.chosen.seconds, figure.chosen.accuracy}};
  return {deferral_figure(figure), speed_figure(speed)};
}

// Of the pictures that were deferred.
std::string four_ways(const RunPage& page, const std::vector<Answered>& answers) {
  if (page.summary.names.size() < 2 || page.summary.labelled == 0) return "";
  CalibrationData data;
  data.stages.resize(2);
  for (const Answered& answer : answers) {
    if (answer.truth < 0 || answer.stage == 0) continue;
    data.stages[0].labels.push_back(answer.yin_label);
    data.stages[1].labels.push_back(answer.label);
    data.truth.push_back(answer.truth);
  }
  if (data.truth.empty()) return "";
  return html_paragraph(fmt::format("Of the {} labelled pictures that were deferred:", data.truth.size())) +
         four_ways_table(data, {page.summary.names.front(), "the final answer"});
}

// Yin on all pictures, and each later network on those that it answered.
std::vector<std::string> confidence_of(const RunPage& page, const std::vector<Answered>& answers) {
  std::vector<std::string> figures;
  const std::size_t stages = page.summary.names.size();
  for (std::size_t s = 0; s < stages; ++s) {
    ConfidenceFigure figure;
    figure.id = fmt::format("{}", s + 1);
    figure.name =
        answer_name(page.summary.names, s, page.gallery.combine) + (s == 0 ? "" : ", where it answered,");
    figure.ink = ink_of_stage(s, stages);
    for (const Answered& answer : answers) {
      const bool labelled = answer.truth >= 0;
      if (page.summary.labelled > 0 && !labelled) continue;
      if (s > 0 && answer.stage != static_cast<int>(s)) continue;
      figure.confidences.push_back(s == 0 ? answer.yin_confidence : answer.confidence);
      if (labelled) figure.right.push_back((s == 0 ? answer.yin_label : answer.label) == answer.truth);
    }
    // A mean was not compared with anything.
    const bool was_compared = s + 1 < stages && (s == 0 || page.gallery.combine == Combine::replace);
    if (was_compared) figure.threshold = page.summary.thresholds[s];
    if (!figure.confidences.empty()) figures.push_back(confidence_figure(figure));
  }
  return figures;
}

std::vector<std::string> reliability_of(const RunPage& page, const std::vector<Answered>& answers) {
  if (page.summary.labelled == 0) return {};
  ReliabilityFigure figure;
  figure.id = "answers";
  figure.name = "the answers";
  figure.ink = Ink::cascade;
  const std::vector<float> probabilities = page.record.probabilities();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].truth < 0) continue;
    figure.told.push_back(probabilities[i]);
    figure.right.push_back(answers[i].label == answers[i].truth);
  }
  return {reliability_figure(figure)};
}

std::string time_of(const RunPage& page) {
  const Summary& summary = page.summary;
  const Costs costs = costs_of(summary);
  const auto images = static_cast<double>(summary.seen_by_yin);
  TimeFigure figure;
  figure.rows = {{"files", 1e3 * costs.decode, 0, 0}, {"preparing", 0, 1e3 * costs.preprocess, 0}};
  for (std::size_t s = 0; s < summary.names.size(); ++s)
    figure.rows.push_back({summary.names[s], 0, 0, 1e3 * ratio(summary.stage_seconds[s], images)});
  return time_figure(figure);
}

}  // namespace

void RunRecord::add(const Verdict& verdict, int label) {
  Answered& answer = answers_[verdict.ticket];
  answer.picture = verdict.ticket;
  answer.truth = label;
  answer.yin_label = verdict.yin_label;
  answer.yin_confidence = verdict.yin_confidence;
  answer.label = verdict.label;
  answer.confidence = verdict.confidence;
  answer.stage = verdict.stage;
  probabilities_[verdict.ticket] = verdict.probability;
  is_answered_[verdict.ticket] = verdict.error.empty();
}

std::vector<Answered> RunRecord::answers() const {
  std::vector<Answered> answered;
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    if (is_answered_[i]) answered.push_back(answers_[i]);
  }
  return answered;
}

std::vector<float> RunRecord::probabilities() const {
  std::vector<float> answered;
  for (std::size_t i = 0; i < probabilities_.size(); ++i) {
    if (is_answered_[i]) answered.push_back(probabilities_[i]);
  }
  return answered;
}

std::string html_of(const RunPage& page) {
  const std::vector<Answered> answers = page.record.answers();
  std::string title = "Run of";
  for (std::size_t s = 0; s < page.summary.names.size(); ++s)
    title += (s == 0 ? " " : " → ") + page.summary.names[s];
  HtmlPage html(title);
  html.add(drift_of(page) + tiles_of(page));
  if (const auto figures = accuracy_figures(page, answers); !figures.empty()) {
    html.section("Accuracy");
    html.add_figures(figures);
    html.add(
        html_paragraph("What fewer deferrals would have made of this run, over its labelled pictures. More "
                       "deferrals are not known: "
                       "their pictures were not shown to the later networks. Speeds are sums of the parts "
                       "below, with all preparing "
                       "counted for every picture, also for those that only the first network gets."));
    html.add(four_ways(page, answers));
  }
  if (!answers.empty()) {
    html.section("Confidence");
    std::vector<std::string> figures = confidence_of(page, answers);
    for (std::string& figure : reliability_of(page, answers)) figures.push_back(std::move(figure));
    html.add_figures(figures);
  }
  html.section("Time");
  if (!page.summary.latencies.empty())
    html.add_figures({time_of(page), latency_curve(page.summary.latencies)});
  if (!answers.empty()) {
    html.section("Pictures");
    html.add(galleries(page.gallery, answers));
  }
  html.section("Environment");
  html.add(environment_table(page.surroundings));
  return html.text();
}

}  // namespace yy
