#include "tools/yy_run/figures.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace yy {
namespace {

constexpr std::size_t most_points = 300;
constexpr std::size_t histogram_bins = 20;

std::vector<double> values_of(const std::vector<PlotPoint>& points, double PlotPoint::*part) {
  std::vector<double> values;
  for (const PlotPoint& point : points) values.push_back(point.*part);
  return values;
}

void append(std::vector<PlotPoint>& all, const std::vector<PlotPoint>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

std::vector<PlotPoint> points_of(const std::vector<SpeedFigure::Dot>& dots) {
  std::vector<PlotPoint> points;
  for (const SpeedFigure::Dot& dot : dots) {
    points.push_back(
        {dot.images_per_second, dot.accuracy,
         fmt::format("{}: {}, {:.1f} images/s", dot.name, percent(dot.accuracy), dot.images_per_second)});
  }
  return points;
}

}  // namespace

std::string percent(double fraction) {
  return fmt::format("{:.2f} %", 100 * fraction);
}

Ink ink_of_stage(std::size_t stage, std::size_t stages) {
  if (stage == 0) return Ink::yin;
  return stage + 1 == stages ? Ink::yang : Ink::cascade;
}

std::string deferral_figure(const DeferralFigure& figure) {
  std::vector<PlotPoint> line, low;
  for (const CurvePoint& point : figure.curve) {
    line.push_back({point.deferred, point.accuracy, ""});
    low.push_back({point.deferred, figure.yang_accuracy - point.bound, ""});
  }
  const bool has_bound = !low.empty() && std::isfinite(low.front().y);
  const PlotPoint chosen{
      figure.chosen.deferred, figure.chosen.accuracy,
      fmt::format("threshold {:.7g}: {} deferred, {} {}", figure.chosen.threshold,
                  percent(figure.chosen.deferred), figure.measure, percent(figure.chosen.accuracy))};
  std::vector<double> heights = values_of(line, &PlotPoint::y);
  heights.insert(heights.end(), {chosen.y, figure.yang_accuracy, figure.yang_accuracy - figure.target_loss});
  Axis y = percent_axis(fmt::format("{} (%)", figure.measure), heights);
  // The bound may reach far down; where it leaves the plot it is cut off.
  if (has_bound) {
    const double lowest = std::max(0.0, y.low - (y.high - y.low));
    double reached = y.low;
    for (const PlotPoint& point : low) reached = std::min(reached, std::max(point.y, lowest));
    y = percent_axis(y.title, {reached, y.high});
  }
  Plot plot("deferral", "Accuracy and deferral", {"deferred by " + figure.yin + " (%)", 0, 1, 100, false, {}},
            y);
  if (has_bound) {
    plot.band(low, line, Ink::cascade,
              fmt::format("between what was seen and what is shown at {:g} % for a threshold by itself",
                          100 * figure.confidence));
  }
  if (std::isfinite(figure.yang_accuracy))
    plot.rule_y(figure.yang_accuracy, Ink::yang, figure.yang + " alone");
  if (std::isfinite(figure.target_loss))
    plot.rule_y(figure.yang_accuracy - figure.target_loss, Ink::rule, "what may be lost at most");
  plot.line(thinned(line, most_points), Ink::cascade, "cascade")
      .dots({chosen}, Ink::rule, "this threshold", 6);
  const auto [least, most] = std::ranges::minmax(line, {}, &PlotPoint::x);
  plot.describe(fmt::format("{} of the cascade from {} at {} deferred to {} at {} deferred. {}.",
                            figure.measure, percent(least.y), percent(least.x), percent(most.y),
                            percent(most.x), chosen.tip));
  return plot.html();
}

std::string speed_figure(const SpeedFigure& figure) {
  const std::vector<PlotPoint> networks = points_of(figure.networks), cascades = points_of(figure.cascades),
                               curve = points_of(figure.curve), front = points_of(figure.front),
                               chosen = points_of(figure.chosen);
  std::vector<PlotPoint> all = networks;
  for (const auto* more : {&cascades, &curve, &front, &chosen}) append(all, *more);
  const std::vector<double> speeds = values_of(all, &PlotPoint::x);
  const auto [least, most] = std::ranges::minmax(speeds);
  Plot plot("speed", "Accuracy and speed",
            axis_around(figure.speed, speeds, 1, least > 0 && most > 8 * least),
            percent_axis(fmt::format("{} (%)", figure.measure), values_of(all, &PlotPoint::y)));
  if (!curve.empty()) plot.line(thinned(curve, most_points), Ink::cascade, "cascade, by threshold");
  if (!front.empty()) plot.line(front, Ink::cascade, "nothing else is both quicker and as good");
  if (!cascades.empty()) plot.dots(cascades, Ink::cascade, "cascades", 2.5);
  plot.dots(networks, Ink::yang, "single networks");
  std::string description;
  for (const auto* named : {&networks, &chosen}) {
    for (const PlotPoint& point : *named) description += (description.empty() ? "" : "; ") + point.tip;
  }
  if (!chosen.empty()) plot.dots(chosen, Ink::rule, figure.chosen.front().name, 6);
  return plot.describe(description + ".").html();
}

std::string confidence_figure(const ConfidenceFigure& figure) {
  struct Bin {
    double right = 0, wrong = 0;
  };
  std::vector<Bin> bins(histogram_bins);
  double images = 0;
  const bool is_known = !figure.right.empty();
  for (std::size_t i = 0; i < figure.confidences.size(); ++i) {
    const double confidence = figure.confidences[i];
    if (std::isnan(confidence)) continue;
    const auto bin = static_cast<std::size_t>(std::clamp(confidence, 0.0, 1.0) * histogram_bins);
    Bin& to = bins[std::min(bin, histogram_bins - 1)];
    ++(is_known && !figure.right[i] ? to.wrong : to.right);
    ++images;
  }
  double highest = 0;
  std::vector<PlotBar> right, wrong;
  for (std::size_t b = 0; b < bins.size() && images > 0; ++b) {
    const double x0 = static_cast<double>(b) / histogram_bins,
                 x1 = static_cast<double>(b + 1) / histogram_bins;
    const double low = bins[b].wrong / images, top = low + bins[b].right / images;
    const std::string where = fmt::format("{:.2f} to {:.2f}", x0, x1);
    if (top > low)
      right.push_back({x0, x1, low, top,
                       fmt::format("{}: {} {}", where, percent(top - low),
                                   is_known ? figure.right_name : "of the pictures")});
    if (low > 0)
      wrong.push_back({x0, x1, 0, low, fmt::format("{}: {} {}", where, percent(low), figure.wrong_name)});
    highest = std::max(highest, top);
  }
  Plot plot("confidence-" + figure.id, "How sure " + figure.name + " is", {"confidence", 0, 1, 1, false, {}},
            percent_axis("pictures (%)", {0, highest}));
  plot.bars(right, figure.ink, is_known ? figure.right_name : "");
  if (is_known) plot.bars(wrong, Ink::wrong, figure.wrong_name);
  if (std::isfinite(figure.threshold))
    plot.rule_x(figure.threshold, Ink::rule, "threshold: deferred to its left");
  double sure = 0;
  for (std::size_t b = histogram_bins / 10 * 9; b < bins.size(); ++b) sure += bins[b].right + bins[b].wrong;
  return plot
      .describe(
          fmt::format("Histogram of the confidence of {} for {:.0f} pictures; {} of them have 0.9 or more.",
                      figure.name, images, percent(images > 0 ? sure / images : 0)))
      .html();
}

std::string reliability_figure(const ReliabilityFigure& figure) {
  const auto points_of_bins = [](const Reliability& reliability) {
    std::vector<PlotPoint> points;
    for (const Reliability::Bin& bin : reliability.bins) {
      if (bin.images == 0) continue;
      points.push_back(
          {bin.told, bin.right,
           fmt::format("{} pictures: told {}, right {}", bin.images, percent(bin.told), percent(bin.right))});
    }
    return points;
  };
  const Reliability told = reliability_of(figure.told, figure.right);
  Plot plot("reliability-" + figure.id, "Whether to believe " + figure.name,
            {"probability told (%)", 0, 1, 100, false, {}}, {"right (%)", 0, 1, 100, false, {}});
  plot.line({{0, 0, ""}, {1, 1, ""}}, Ink::faint, "perfectly honest", true);
  const std::vector<PlotPoint> before = points_of_bins(told);
  plot.line(before, figure.ink, "")
      .dots(before, figure.ink, fmt::format("as told, ECE {}", percent(told.error)), 4);
  std::string description = fmt::format(
      "Share of right answers against the probability told, in tenths, for {} pictures. Expected calibration "
      "error {}",
      told.images, percent(told.error));
  if (!figure.tempered.empty()) {
    const Reliability tempered = reliability_of(figure.tempered, figure.right);
    const std::vector<PlotPoint> after = points_of_bins(tempered);
    plot.line(after, Ink::rule, "")
        .dots(after, Ink::rule,
              fmt::format("at temperature {:.3g}, ECE {}", figure.temperature, percent(tempered.error)), 4);
    description += fmt::format("; {} at temperature {:.3g}", percent(tempered.error), figure.temperature);
  }
  return plot.describe(description + ".").html();
}

std::string time_figure(const TimeFigure& figure) {
  std::vector<std::string> names;
  std::vector<PlotBar> decode, preprocess, networks;
  std::vector<double> ends{0};
  std::string description;
  for (const TimeFigure::Row& row : figure.rows) {
    const double top = static_cast<double>(names.size()) + 0.18, bottom = top + 0.64;
    double from = 0;
    const auto add = [&](std::vector<PlotBar>& bars, double ms, const char* part) {
      if (!(ms > 0)) return;
      bars.push_back({from, from + ms, top, bottom, fmt::format("{}: {} {:.3f} ms", row.name, part, ms)});
      description += bars.back().tip + ". ";
      from += ms;
    };
    add(decode, row.decode, "reading and decoding");
    add(preprocess, row.preprocess, "preparing");
    add(networks, row.networks, "networks");
    ends.push_back(from);
    names.push_back(row.name);
  }
  Axis rows;
  rows.names = names;
  Plot plot("time", "Time by part", axis_around("milliseconds per picture, of one worker", ends), rows,
            70 + 32 * static_cast<int>(names.size()));
  plot.bars(decode, Ink::faint, "reading and decoding").bars(preprocess, Ink::yin, "preparing");
  return plot.bars(networks, Ink::yang, "networks").describe(description).html();
}

std::string latency_figure(const std::vector<LatencyRow>& rows) {
  Axis names;
  std::vector<PlotPoint> p50, p90, p99;
  std::vector<double> all{0};
  std::string description;
  for (const LatencyRow& row : rows) {
    const double y = static_cast<double>(names.names.size()) + 0.5;
    const Percentiles& l = row.latency;
    const auto tip = [&](const char* what, double ms) {
      return fmt::format("{}: {} {:.2f} ms", row.name, what, ms);
    };
    p50.push_back({l.p50, y, tip("p50", l.p50)});
    p90.push_back({l.p90, y, tip("p90", l.p90)});
    p99.push_back({l.p99, y, tip("p99", l.p99)});
    all.push_back(l.p99);
    description += fmt::format("{}: p50 {:.2f} ms, p90 {:.2f}, p99 {:.2f}. ", row.name, l.p50, l.p90, l.p99);
    names.names.push_back(row.name);
  }
  const int height = 70 + 28 * static_cast<int>(rows.size());
  Plot plot("latency", "Latency", axis_around("milliseconds from file to verdict", all), names, height);
  for (std::size_t i = 0; i < rows.size(); ++i) plot.line({p50[i], p99[i]}, Ink::faint, "");
  plot.dots(p50, Ink::yin, "p50: half are quicker")
      .dots(p90, Ink::cascade, "p90")
      .dots(p99, Ink::yang, "p99");
  return plot.describe(description).html();
}

std::string latency_curve(std::vector<float> latencies) {
  std::ranges::sort(latencies);
  std::vector<PlotPoint> line{{latencies.front(), 0, ""}};
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    line.push_back({latencies[i], static_cast<double>(i + 1) / static_cast<double>(latencies.size()), ""});
  }
  const double least = latencies.front(), most = latencies.back();
  const bool logarithmic = least > 0 && most > 20 * least;
  // By height: what matters is the shape.
  std::vector<PlotPoint> kept;
  for (const PlotPoint& point : line) {
    if (kept.empty() || point.y - kept.back().y >= 1.0 / most_points) kept.push_back(point);
  }
  kept.push_back(line.back());
  Plot plot("latency", "Latency",
            axis_around("milliseconds from file to verdict", {least, most}, 1, logarithmic),
            {"answered by then (%)", 0, 1, 100, false, {}});
  plot.line(kept, Ink::cascade, "");
  std::string description = "Share of pictures that are answered within a time.";
  std::vector<PlotPoint> marks;
  for (double p : {50.0, 90.0, 99.0}) {
    const double ms = nearest_rank(latencies, p);
    marks.push_back({ms, p / 100, fmt::format("p{:g}: {:.2f} ms", p, ms)});
    description += " " + marks.back().tip + ".";
  }
  return plot.dots(marks, Ink::rule, fmt::format("{}, {}, {}", marks[0].tip, marks[1].tip, marks[2].tip), 4)
      .describe(description)
      .html();
}

}  // namespace yy
