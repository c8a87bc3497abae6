#include "tools/yy_run/search_html.h"

#include <algorithm>
#include <fmt/format.h>

#include "tools/report/html.h"
#include "tools/yy_run/figures.h"
#include "tools/yy_run/search_report.h"

namespace yy {
namespace {

constexpr std::size_t most_dots = 1500;  // plans in the figure; the rest is in search.json

SpeedFigure::Dot dot_of(const SearchPlan& plan, const SearchPage& page) {
  return {name_of(plan, page.networks), static_cast<double>(page.workers) / plan.seconds, plan.accuracy};
}

std::string speed(const SearchPage& page) {
  SpeedFigure figure;
  const std::vector<SearchPlan>& plans = page.result.plans;
  std::size_t cascades = 0;
  for (const SearchPlan& plan : plans) cascades += plan.networks.size() > 1 ? 1 : 0;
  const std::size_t every = cascades / most_dots + 1;
  std::size_t seen = 0;
  for (const SearchPlan& plan : plans) {
    if (plan.networks.size() == 1) {
      figure.networks.push_back(dot_of(plan, page));
    } else if (seen++ % every == 0) {
      figure.cascades.push_back(dot_of(plan, page));
    }
    if (plan.is_on_front) figure.front.push_back(dot_of(plan, page));
  }
  std::ranges::sort(figure.front, {}, &SpeedFigure::Dot::images_per_second);
  if (page.result.best_cascade >= 0) {
    figure.chosen = {dot_of(plans[static_cast<std::size_t>(page.result.best_cascade)], page)};
    figure.chosen.front().name = "best cascade: " + figure.chosen.front().name;
  }
  return speed_figure(figure);
}

// The conclusion's lines.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string deferral(const SearchPage& page) {
  const CascadeEvidence& evidence = *page.cascade;
  CalibrationOptions options;
  options.method = CalibrationMethod::empirical;
  options.target = {CalibrationTarget::Kind::defer, 1};
  DeferralFigure figure;
  figure.confidence = options.confidence;
  figure.curve = curve_of(calibrate(evidence.data, options), options.confidence, false);
  const ThresholdEffect effect = effect_of(evidence.data, evidence.thresholds);
  figure.chosen = point_of(effect);
  figure.yin = evidence.names.front();
  figure.yang = evidence.names.back();
  figure.yang_accuracy = accuracy_of(evidence.data, evidence.names.size() - 1);
  return deferral_figure(figure);
}

void add_cascade(const SearchPage& page, HtmlPage& html) {
  const CascadeEvidence& evidence = *page.cascade;
  html.section("The best cascade");
  std::vector<std::string> figures{deferral(page)};
  for (std::string& figure : confidence_figures(evidence)) figures.push_back(std::move(figure));
  for (std::string& figure : reliability_figures(evidence)) figures.push_back(std::move(figure));
  html.add_figures(figures);
  html.add(html_paragraph(fmt::format(
      "Its thresholds were fitted to these pictures{}. `yy-run calibrate` finds ones that promise something.",
      evidence.names.size() > 2 ? "; the curve is that of one threshold for all gates" : "")));
  html.add(four_ways_table(evidence.data, evidence.names));
}

void add_times(const SearchPage& page, HtmlPage& html) {
  TimeFigure times;
  std::vector<LatencyRow> latencies;
  for (std::size_t n = 0; n < page.networks.size(); ++n) {
    const NetworkRun& run = *page.runs[n];
    const std::string& name = page.networks[n].name;
    times.rows.push_back({name, 1e3 * run.decode_seconds, 1e3 * run.preprocess_seconds,
                          1e3 * (run.answers.seconds_per_image - run.preprocess_seconds)});
    latencies.push_back({name, run.latency});
  }
  html.section("Time");
  html.add_figures({time_figure(times), latency_figure(latencies)});
  html.add(
      html_paragraph("Measured for each network alone, in the run that its kept answers are from; a picture "
                     "waiting for its batch "
                     "is included in the latency."));
}

}  // namespace

std::string html_of(const SearchPage& page) {
  HtmlPage html(fmt::format("Search among {} networks", page.networks.size()));
  for (const std::string& line : lines_of(page.conclusion)) html.add(html_paragraph(line));
  html.section("Accuracy and speed");
  html.add_figures({speed(page)});
  html.add(html_table("Networks and cascades, the quickest first",
                      table_of(page.result, page.networks, page.workers, page.options.top)));
  if (page.cascade != nullptr) add_cascade(page, html);
  add_times(page, html);
  if (page.cascade != nullptr) {
    html.section("Pictures");
    html.add(galleries(*page.gallery, answers_of(*page.cascade)));
  }
  html.section("Environment");
  html.add(environment_table(page.surroundings));
  return html.text();
}

}  // namespace yy
