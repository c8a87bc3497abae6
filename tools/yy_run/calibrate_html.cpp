#include "tools/yy_run/calibrate_html.h"

#include <fmt/format.h>

#include "tools/report/html.h"
#include "tools/yy_run/figures.h"

namespace yy {
namespace {

const char* measure_of(const CalibrationData& data) {
  return data.truth.empty() ? "agreement" : "accuracy";
}

std::string tiles_of(const CalibrationReport& report, const ThresholdEffect& effect) {
  const CalibrationData& data = report.evaluated_on;
  return html_tiles(
      {{fmt::format("{} of the cascade", measure_of(data)), percent(effect.accuracy()),
        fmt::format("{} alone: {}", report.names.back(), percent(accuracy_of(data, data.stages.size() - 1)))},
       {"deferred", percent(effect.deferred()), "go beyond " + report.names.front()},
       {"speed", fmt::format("{:.2f}x", speed_up(data, effect)),
        fmt::format("of {} alone, decoding not counted", report.names.back())},
       {"threshold", fmt::format("{:.6g}", effect.threshold), "confidence above it is believed"},
       {"pictures", fmt::format("{}", report.evaluated_on.images()),
        &report.evaluated_on == &report.chosen_on
            ? "that the threshold was chosen on"
            : fmt::format("others than the {} that the threshold was chosen on",
                          report.chosen_on.images())}});
}

std::string deferral(const CalibrationPage& page) {
  const CalibrationReport& report = page.report;
  DeferralFigure figure;
  figure.curve = page.curve;
  figure.chosen = point_of(report.calibration.chosen);
  figure.yin = report.names.front();
  figure.yang = report.names.back();
  figure.yang_accuracy = accuracy_of(report.chosen_on, report.names.size() - 1);
  figure.confidence = report.options.confidence;
  if (report.options.target.kind == CalibrationTarget::Kind::loss)
    figure.target_loss = report.options.target.value;
  figure.measure = measure_of(report.chosen_on);
  return deferral_figure(figure);
}

std::string speed(const CalibrationPage& page) {
  const CalibrationReport& report = page.report;
  SpeedFigure figure;
  figure.speed = "images per second and worker, without decoding";
  figure.measure = measure_of(report.chosen_on);
  for (std::size_t s = 0; s < report.names.size(); ++s) {
    figure.networks.push_back({report.names[s], 1 / report.chosen_on.stages[s].seconds_per_image,
                               accuracy_of(report.chosen_on, s)});
  }
  for (const CurvePoint& point : page.curve) {
    figure.curve.push_back(
        {fmt::format("threshold {:.6g}", point.threshold), 1 / point.seconds, point.accuracy});
  }
  const CurvePoint chosen = point_of(report.calibration.chosen);
  figure.chosen = {{"this threshold", 1 / chosen.seconds, chosen.accuracy}};
  return speed_figure(figure);
}

std::string time(const CalibrationPage& page, const ThresholdEffect& effect) {
  TimeFigure figure;
  TimeFigure::Row cascade{"cascade", 1e3 * page.report.decode_seconds, 0, 0};
  for (std::size_t s = 0; s < page.report.names.size(); ++s) {
    const NetworkRun& run = *page.evidence.runs[s];
    const double network = run.answers.seconds_per_image - run.preprocess_seconds;
    figure.rows.push_back(
        {page.report.names[s], 1e3 * run.decode_seconds, 1e3 * run.preprocess_seconds, 1e3 * network});
    const double share = static_cast<double>(effect.seen[s]) / static_cast<double>(effect.counts.images);
    cascade.preprocess += 1e3 * share * run.preprocess_seconds;
    cascade.networks += 1e3 * share * network;
  }
  figure.rows.push_back(cascade);
  return time_figure(figure);
}

}  // namespace

std::string html_of(const CalibrationPage& page) {
  const CalibrationReport& report = page.report;
  const ThresholdEffect effect = effect_of(report.evaluated_on, report.calibration.chosen.threshold);
  std::string title = "Calibration of";
  for (std::size_t s = 0; s < report.names.size(); ++s) title += (s == 0 ? " " : " → ") + report.names[s];
  HtmlPage html(title);
  std::string promise = promise_of(report);
  promise.pop_back();  // the line break
  html.add(html_paragraph(promise));
  html.add(tiles_of(report, effect));
  html.section("Accuracy");
  html.add_figures({deferral(page), speed(page)});
  html.add(html_paragraph(
      "Both figures are of the pictures that the threshold was chosen on. The cascade's speed is what its "
      "networks took alone, times the share of pictures that each gets."));
  if (!report.evaluated_on.truth.empty()) html.add(four_ways_table(report.evaluated_on, report.names));
  html.section("Confidence");
  html.add_figures(confidence_figures(page.evidence));
  html.add_figures(reliability_figures(page.evidence));
  html.add(
      html_paragraph("ECE is the expected calibration error. The temperature makes probabilities readable; "
                     "it changes no answer "
                     "and no speed."));
  html.section("Time");
  std::vector<LatencyRow> latencies;
  for (std::size_t s = 0; s < report.names.size(); ++s)
    latencies.push_back({report.names[s], page.evidence.runs[s]->latency});
  html.add_figures({time(page, effect), latency_figure(latencies)});
  html.add(
      html_paragraph("Measured for each network alone, a picture waiting for its batch included; the "
                     "cascade's row is the sum of "
                     "its shares. What a cascade's latency is, `yy-run run --pair` measures."));
  html.section("Pictures");
  html.add(galleries(page.gallery, answers_of(page.evidence)));
  html.section("Environment");
  html.add(environment_table(page.surroundings));
  return html.text();
}

}  // namespace yy
