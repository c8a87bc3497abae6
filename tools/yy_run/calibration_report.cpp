#include "tools/yy_run/calibration_report.h"

#include <cmath>
#include <fmt/format.h>

#include "tools/report/table.h"

namespace yy {
namespace {

double share(std::int64_t part, std::int64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

std::string points(double fraction) {
  return fmt::format("{:.2f}", 100 * fraction);
}

std::string networks_table(const CalibrationReport& report) {
  using Align = Table::Align;
  const CalibrationData& data = report.evaluated_on;
  Table table({{"network"},
               {data.truth.empty() ? "agrees" : "right", Align::right},
               {"ms/image", Align::right},
               {"gets", Align::right}});
  const ThresholdEffect effect = effect_of(data, report.calibration.chosen.threshold);
  for (std::size_t s = 0; s < data.stages.size(); ++s) {
    table.add({report.names[s], fmt::format("{:.4f}", accuracy_of(data, s)),
               fmt::format("{:.3f}", 1e3 * data.stages[s].seconds_per_image),
               fmt::format("{:.1f} %", 100 * share(effect.seen[s], effect.counts.images))});
  }
  table.add({"cascade", fmt::format("{:.4f}", effect.accuracy()),
             fmt::format("{:.3f}", 1e3 * effect.seconds_per_image), "100.0 %"});
  return table.text();
}

std::string four_ways_text(const CalibrationReport& report) {
  const CalibrationData& data = report.evaluated_on;
  if (data.truth.empty()) return "";
  const FourWays ways = four_ways(data);
  const auto images = static_cast<std::int64_t>(data.images());
  const auto percent = [&](std::int64_t part) { return fmt::format("{:.2f} %", 100 * share(part, images)); };
  return fmt::format(
      "both right {}, both wrong {}, only {} right {}, only {} right {}; a perfect gate would be right on "
      "{:.4f}\n",
      percent(ways.both), percent(ways.neither), report.names.front(), percent(ways.only_first),
      report.names.back(), percent(ways.only_last), 1 - share(ways.neither, images));
}

const char* verb(const CalibrationData& data) {
  return data.truth.empty() ? "differs from" : "loses against";
}

}  // namespace

FourWays four_ways(const CalibrationData& data) {
  FourWays ways;
  const std::vector<int>& truth = reference_of(data);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const bool first = data.stages.front().labels[i] == truth[i],
               last = data.stages.back().labels[i] == truth[i];
    ++(first ? (last ? ways.both : ways.only_first) : (last ? ways.only_last : ways.neither));
  }
  return ways;
}

double speed_up(const CalibrationData& data, const ThresholdEffect& effect) {
  return effect.seconds_per_image > 0 ? data.stages.back().seconds_per_image / effect.seconds_per_image : 0;
}

std::string promise_of(const CalibrationReport& report) {
  const CalibrationOptions& options = report.options;
  const Calibration& found = report.calibration;
  const std::int64_t images = found.chosen.counts.images;
  const std::string last = report.names.back();
  const bool labelled = !report.chosen_on.truth.empty();
  const bool targets_loss = options.target.kind == CalibrationTarget::Kind::loss;
  if (targets_loss && options.method == CalibrationMethod::bound && !found.saves) {
    const std::int64_t least = least_images(options.target.value, options.confidence, labelled);
    std::string text = fmt::format(
        "{} pictures cannot show, at {:g} % confidence, that any threshold loses less than {} points against "
        "{}: {}. ",
        images, 100 * options.confidence, points(options.target.value), last,
        is_combined(report.chosen_on) ? "nothing can be promised" : "every picture has to be deferred");
    if (images < least) text += fmt::format("Even if not one were lost, it would take {} pictures. ", least);
    text += found.enough_images > 0
                ? fmt::format("If more pictures are answered like these, about {} would do.\n",
                              found.enough_images)
                : "If more pictures are answered like these, no number would do: allow a larger loss.\n";
    return text;
  }
  if (options.method == CalibrationMethod::empirical && targets_loss) {
    return fmt::format(
        "Nothing is promised for other pictures: the threshold was fitted to these {}. With {:g} % "
        "confidence, for a "
        "threshold chosen without looking, the loss would be at most {} points.\n",
        images, 100 * options.confidence, points(found.bound));
  }
  if (!targets_loss) {
    return fmt::format("The accuracy is not promised: on these {} pictures the cascade {} {} by {} points.\n",
                       images, verb(report.chosen_on), last, points(found.chosen.loss()));
  }
  return fmt::format(
      "Promise: on pictures of the kind of these {}, the cascade {} {} alone {} at most {} points{}. The "
      "threshold was "
      "chosen by a rule that keeps this in {:g} % of all samples; here the bound is {} and the loss seen "
      "{}.\n",
      images, verb(report.chosen_on), last, labelled ? "by" : "in", points(options.target.value),
      labelled ? " of accuracy" : " of all answers", 100 * options.confidence, points(found.bound),
      points(found.chosen.loss()));
}

std::string text_of(const CalibrationReport& report) {
  const ThresholdEffect& chosen = report.calibration.chosen;
  const ThresholdEffect effect = effect_of(report.evaluated_on, chosen.threshold);
  std::string text =
      fmt::format("{} pictures{}\n", report.evaluated_on.images(),
                  &report.evaluated_on == &report.chosen_on
                      ? ", the same that the threshold was chosen on"
                      : fmt::format("; the threshold was chosen on {} others", report.chosen_on.images()));
  text += networks_table(report) + four_ways_text(report);
  text += fmt::format(
      "threshold {:.7g} (-log {:.4g}): {:.1f} % go beyond {}, {:.2f} times as fast as {} alone",
      chosen.threshold, std::abs(std::log(static_cast<double>(chosen.threshold))), 100 * effect.deferred(),
      report.names.front(), speed_up(report.evaluated_on, effect), report.names.back());
  text += fmt::format(" (decoding, {:.3f} ms, not counted)\n", 1e3 * report.decode_seconds);
  return text + promise_of(report);
}

}  // namespace yy
